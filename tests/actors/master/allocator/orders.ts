/**
 * The order of clients after changes (`sort` names what has to come out), and progressive filling: one task at a time to
 * the client that is first in the order and whose demand still fits. Shares as exact fractions.
 */
export const ORDERS = `
# flat_basic
# dominant share is the maximum over the resources: c has 10/100 because of mem
total cpus:100;mem:100
add a
add b
sort a b
allocated a cpus:5;mem:5
allocated b cpus:6;mem:6
sort a b
add c
sort c a b
allocated c cpus:1;mem:10
sort a b c
unallocated b cpus:4;mem:4
sort b a c

# count_breaks_ties
# both shares are 0 after the recoveries, but a has already been allocated once, so b goes first; the count is never decremented
total cpus:100;mem:100
add a
add b
allocated a cpus:3;mem:3
unallocated a cpus:3;mem:3
sort b a
allocated b cpus:3;mem:3
unallocated b cpus:3;mem:3
sort a b
allocated a cpus:1;mem:1
allocated b cpus:1;mem:1
sort a b

# weights
# shares 0.05/1 against 0.06/2, then 0.05/10 against 0.06/2
total cpus:100;mem:100
add a
add b
weight b 2
allocated a cpus:5;mem:5
allocated b cpus:6;mem:6
sort b a
weight a 10
sort a b

# hierarchy
# b is compared with its subtree sum (17, then 21); within b the children are ordered by their own shares
total cpus:100;mem:100
add a
add b/c
add b/d
allocated a cpus:20;mem:20
allocated b/c cpus:9;mem:9
allocated b/d cpus:8;mem:8
sort b/d b/c a
allocated b/d cpus:4;mem:4
sort a b/c b/d

# leaf_becomes_internal
# adding a/b turns a into an internal node with a virtual leaf that carries a's own allocation; inside a the new child (share 0) precedes the virtual leaf; then a (15) sorts behind c (12)
total cpus:100;mem:100
add a
add c
allocated a cpus:10;mem:10
allocated c cpus:12;mem:12
sort a c
add a/b
sort a/b a c
allocated a/b cpus:5;mem:5
sort c a/b a

# weight_on_subtree
# b: 26/100/3 = 0.0867 < 0.1; weight 0.5 on b/x makes its share 0.24 so that b/y precedes it
total cpus:100;mem:100
add a
add b/x
add b/y
weight b 3
allocated a cpus:10;mem:10
allocated b/x cpus:12;mem:12
allocated b/y cpus:14;mem:14
sort b/x b/y a
weight b/x 0.5
sort b/y b/x a

# excluded_resource
# with gpus excluded from fair sharing a has share 0.01 although it holds every gpu
total cpus:100;mem:100;gpus:4 excluded=gpus
add a
add b
allocated a cpus:1;mem:1;gpus:4
allocated b cpus:2;mem:2
sort a b

# inactive_clients
# an inactive client is not listed but keeps its allocation; b has 0, a 0.01, c 0.05
total cpus:100;mem:100
add a
add b
allocated a cpus:1;mem:1
deactivate a
sort b
add c
allocated c cpus:5;mem:5
activate a
sort b a c

# total_grows
# a 0.5 / b 0.6; after the cpu pool grows a 0.10 / b 0.6
total cpus:10;mem:100
add a
add b
allocated a cpus:5;mem:10
allocated b cpus:4;mem:60
sort a b
total cpus:100;mem:100
sort a b
`;

export const FILLINGS = `
# drf_paper_example
# A is memory-dominant (2/9 per task), B cpu-dominant (1/3 per task). 3 tasks of A and 2 of B give both a dominant share of 2/3; cpus are then exhausted. The paper starts with B (an arbitrary tie); the final allocation is the same.
total cpus:9;mem_gb:18
user A cpus:1;mem_gb:4
user B cpus:3;mem_gb:1
grant A 2/9 2/9
grant B 1/3 1/3
grant A 4/9 4/9
grant B 2/3 2/3
grant A 2/3 2/3
left cpus:0;mem_gb:4

# weighted_2_to_1
# equal demands, weights 2:1 -> 8 tasks against 4
total cpus:12;mem_gb:24
user A cpus:1;mem_gb:1 weight=2
user B cpus:1;mem_gb:1 weight=1
grant A 1/12 1/24
grant B 1/12 1/12
grant A 1/6 1/12
grant B 1/6 1/6
grant A 1/4 1/8
grant A 1/3 1/6
grant B 1/4 1/4
grant A 5/12 5/24
grant A 1/2 1/4
grant B 1/3 1/3
grant A 7/12 7/24
grant A 2/3 1/3
left cpus:0;mem_gb:12

# three_users_mixed
# C is gpu-dominant (1/4 per task) and stops at 4 tasks when the gpus are used up; A and B continue
total cpus:30;mem_gb:60;gpus:4
user A cpus:2;mem_gb:2
user B cpus:1;mem_gb:6
user C cpus:1;mem_gb:2;gpus:1
grant A 1/15 1/15
grant B 1/10 1/10
grant C 1/4 1/4
grant A 2/15 2/15
grant B 1/5 1/5
grant A 1/5 1/5
grant B 3/10 3/10
grant A 4/15 4/15
grant C 1/2 1/2
grant A 1/3 1/3
grant B 2/5 2/5
grant A 2/5 2/5
grant B 1/2 1/2
grant A 7/15 7/15
grant A 8/15 8/15
grant C 3/4 3/4
grant B 3/5 3/5
grant A 3/5 3/5
left cpus:3;mem_gb:0;gpus:1

# bounded_demand
# A only wants 2 tasks; max-min gives the rest evenly to B and C
total cpus:10;mem_gb:10
user A cpus:1;mem_gb:1 tasks=2
user B cpus:1;mem_gb:1
user C cpus:1;mem_gb:1
grant A 1/10 1/10
grant B 1/10 1/10
grant C 1/10 1/10
grant A 1/5 1/5
grant B 1/5 1/5
grant C 1/5 1/5
grant B 3/10 3/10
grant C 3/10 3/10
grant B 2/5 2/5
grant C 2/5 2/5
left cpus:0;mem_gb:0
`;
