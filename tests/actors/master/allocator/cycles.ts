/**
 * Whole allocation cycles, told line by line: what happens, and below each `cycle` what has to be offered
 * (agent, framework, role, resources). Facts of Apache Mesos 1.12-dev; notation of resources as in
 * `tests/proto/resources/notation.ts`. Agents are visited in the order in which they were added.
 */
export const CYCLES = `
# single_framework_takes_everything (any order of agents)
# coarse-grained: a framework is offered the whole agent; nothing is left for the second cycle
agent S1 cpus:4;mem:4096
agent S2 cpus:2;mem:1024
framework F1 a
cycle
  S1 F1 a cpus:4;mem:4096
  S2 F1 a cpus:2;mem:1024
cycle

# unreserved_drf
# S2: role2 has share 0. S3: totals 6 cpus / 3584 mem; role1 1/3, role2 1/6 -> role2. S4: totals 10 / 7680; role1 2/10, role2 4/10 -> role1, and inside role1 F3 (share 0) before F1
framework F1 role1
agent S1 cpus:2;mem:1024
cycle S1
  S1 F1 role1 cpus:2;mem:1024
framework F2 role2
agent S2 cpus:1;mem:512
cycle S2
  S2 F2 role2 cpus:1;mem:512
agent S3 cpus:3;mem:2048
cycle S3
  S3 F2 role2 cpus:3;mem:2048
framework F3 role1
agent S4 cpus:4;mem:4096
cycle S4
  S4 F3 role1 cpus:4;mem:4096

# weights_1_2_over_six_agents (any order of agents)
# a gets 2 agents, b gets 4; ties at S1 (path) and S4 (fewer allocations: a)
weight b 2
framework F1 a
framework F2 b
agent S1 cpus:4;mem:4096
agent S2 cpus:4;mem:4096
agent S3 cpus:4;mem:4096
agent S4 cpus:4;mem:4096
agent S5 cpus:4;mem:4096
agent S6 cpus:4;mem:4096
cycle
  S1 F1 a cpus:4;mem:4096
  S2 F2 b cpus:4;mem:4096
  S3 F2 b cpus:4;mem:4096
  S4 F1 a cpus:4;mem:4096
  S5 F2 b cpus:4;mem:4096
  S6 F2 b cpus:4;mem:4096

# hierarchical_roles_equal_weights (any order of agents)
# eng (2 children) and sales share 2:2, not 1:1:1
framework F1 eng/dev
framework F2 eng/ops
framework F3 sales
agent S1 cpus:4;mem:4096
agent S2 cpus:4;mem:4096
agent S3 cpus:4;mem:4096
agent S4 cpus:4;mem:4096
cycle
  S1 F1 eng/dev cpus:4;mem:4096
  S2 F3 sales cpus:4;mem:4096
  S3 F2 eng/ops cpus:4;mem:4096
  S4 F3 sales cpus:4;mem:4096

# parent_role_and_child_role (any order of agents)
# weight 2 of a applies to the subtree a as a whole (4 of 6 agents); between a itself and a/b it has no effect (2 each)
weight a 2
framework F1 a
framework F2 a/b
framework F3 c
agent S1 cpus:4;mem:4096
agent S2 cpus:4;mem:4096
agent S3 cpus:4;mem:4096
agent S4 cpus:4;mem:4096
agent S5 cpus:4;mem:4096
agent S6 cpus:4;mem:4096
cycle
  S1 F1 a cpus:4;mem:4096
  S2 F3 c cpus:4;mem:4096
  S3 F2 a/b cpus:4;mem:4096
  S4 F3 c cpus:4;mem:4096
  S5 F1 a cpus:4;mem:4096
  S6 F2 a/b cpus:4;mem:4096

# two_frameworks_same_role (any order of agents)
# alternates: 2 agents each
framework F1 r
framework F2 r
agent S1 cpus:4;mem:4096
agent S2 cpus:4;mem:4096
agent S3 cpus:4;mem:4096
agent S4 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096
  S2 F2 r cpus:4;mem:4096
  S3 F1 r cpus:4;mem:4096
  S4 F2 r cpus:4;mem:4096

# count_fairness_after_decline
# with all shares 0 the framework that has been offered less often goes first
framework F1 r
framework F2 r
agent S1 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096
recover F1 r S1 cpus:4;mem:4096
cycle
  S1 F2 r cpus:4;mem:4096
recover F2 r S1 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096

# headroom_without_framework
# q has no framework; 4 cpus/4096 mem must stay free, so o gets one of the two agents
quota q guarantees=cpus:4;mem:4096
framework F1 o
agent S1 cpus:4;mem:4096
agent S2 cpus:4;mem:4096
cycle
  S1 F1 o cpus:4;mem:4096

# guarantee_before_drf (any order of agents)
# stage 1 gives q two agents although o has share 0 throughout; the third goes to o
quota q guarantees=cpus:8;mem:8192
framework F1 o
framework F2 q
agent S1 cpus:4;mem:4096
agent S2 cpus:4;mem:4096
agent S3 cpus:4;mem:4096
cycle
  S1 F2 q cpus:4;mem:4096
  S2 F2 q cpus:4;mem:4096
  S3 F1 o cpus:4;mem:4096

# chop_to_limit
# q gets exactly its guarantee, the rest of the same agent goes to o in stage 2
quota q guarantees=cpus:1;mem:1024 limits=cpus:1;mem:1024
framework F1 q
framework F2 o
agent S1 cpus:4;mem:4096
cycle
  S1 F1 q cpus:1;mem:1024
  S1 F2 o cpus:3;mem:3072

# burst_in_stage_one
# no limits, no other guarantee: making progress on cpus hands q the whole agent, o gets nothing
quota q guarantees=cpus:1
framework F1 q
framework F2 o
agent S1 cpus:4;mem:4096
cycle
  S1 F1 q cpus:4;mem:4096

# headroom_stops_burst
# surplus headroom is 0 so q1 gets just its guarantee and q2 the other half
quota q1 guarantees=cpus:2;mem:2048
quota q2 guarantees=cpus:2;mem:2048
framework F1 q1
framework F2 q2
agent S1 cpus:4;mem:4096
cycle
  S1 F1 q1 cpus:2;mem:2048
  S1 F2 q2 cpus:2;mem:2048

# overcommitted_guarantees
# guarantees exceed the cluster; the first role in sort order is still served in full
quota q1 guarantees=cpus:4;mem:4096
quota q2 guarantees=cpus:4;mem:4096
framework F1 q1
framework F2 q2
agent S1 cpus:4;mem:4096
cycle
  S1 F1 q1 cpus:4;mem:4096

# limit_only
# l is first (path order) and is cut to its limit; o gets the remainder
quota l limits=cpus:2;mem:1024
framework F1 l
framework F2 o
agent S1 cpus:8;mem:8192
cycle
  S1 F1 l cpus:2;mem:1024
  S1 F2 o cpus:6;mem:7168

# limit_on_one_resource
# an absent limit means unlimited: all mem is offered
quota l limits=cpus:2
framework F1 l
agent S1 cpus:8;mem:8192
cycle
  S1 F1 l cpus:2;mem:8192

# reservation_counts_against_limit (any order of agents)
# consumption starts at 3 cpus/3072 mem because reservations count even when unallocated; only 1/1024 unreserved may be added
quota r limits=cpus:4;mem:4096
framework F1 r
agent S1 cpus(r):3;mem(r):3072
agent S2 cpus:4;mem:4096
cycle
  S1 F1 r cpus(r):3;mem(r):3072
  S2 F1 r cpus:1;mem:1024

# reservation_counts_for_guarantee (any order of agents)
# the reservation already satisfies the guarantee: no headroom is held back, o gets S2
quota r guarantees=cpus:4;mem:4096
framework F1 o
agent S1 cpus(r):4;mem(r):4096
agent S2 cpus:4;mem:4096
cycle
  S2 F1 o cpus:4;mem:4096

# ancestor_reservation (any order of agents)
# reservations of a are offered to a and its descendants only
framework F1 a/b
framework F2 c
agent S1 cpus(a):2;mem(a):1024
agent S2 cpus(c):2;mem(c):1024
cycle
  S1 F1 a/b cpus(a):2;mem(a):1024
  S2 F2 c cpus(c):2;mem(c):1024

# reserved_resources_count_in_totals
# nobody subscribes to x: its reservation stays unused but is part of the totals (11 cpus); y gets S2, z gets S3
framework F1 y
framework F2 z
agent S1 cpus(x):8;mem(x):8192
agent S2 cpus:2;mem:2048
agent S3 cpus:1;mem:1024
cycle
  S2 F1 y cpus:2;mem:2048
  S3 F2 z cpus:1;mem:1024

# mixed_reserved_and_unreserved
# S1: a (path order) takes reserved and unreserved together; S2 goes to b
framework F1 a
framework F2 b
agent S1 cpus(a):2;mem(a):2048;cpus:2;mem:2048
agent S2 cpus:4;mem:4096
cycle
  S1 F1 a cpus:2;mem:2048;cpus(a):2;mem(a):2048
  S2 F2 b cpus:4;mem:4096

# refuse_filter
# the filter hides equal or smaller offers for 5 s
framework F1 r
agent S1 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096
recover F1 r S1 cpus:4;mem:4096 refuse=5
advance 1
cycle
advance 5
cycle
  S1 F1 r cpus:4;mem:4096

# refuse_filter_superset_passes
# the refused set no longer contains the offer (6 cpus), so the filter does not apply
framework F1 r
agent S1 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096
recover F1 r S1 cpus:4;mem:4096 refuse=1000
update S1 cpus:6;mem:4096
advance 1
cycle
  S1 F1 r cpus:6;mem:4096

# refuse_filter_other_framework
# filters are per framework and role
framework F1 r
framework F2 r
agent S1 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096
recover F1 r S1 cpus:4;mem:4096 refuse=1000
advance 1
cycle
  S1 F2 r cpus:4;mem:4096

# refuse_zero_seconds
# refuse_seconds 0 installs no filter
framework F1 r
agent S1 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096
recover F1 r S1 cpus:4;mem:4096 refuse=0
cycle
  S1 F1 r cpus:4;mem:4096

# short_filter_lasts_one_interval
# a timeout shorter than allocation_interval is stretched to it
framework F1 r
agent S1 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096
recover F1 r S1 cpus:4;mem:4096 refuse=0.1
advance 0.5
cycle
advance 0.6
cycle
  S1 F1 r cpus:4;mem:4096

# suppress_and_revive
# a suppressed framework is not sorted; revive also clears its own filters
framework F1 r
framework F2 r suppressed=r
agent S1 cpus:4;mem:4096
agent S2 cpus:4;mem:4096
cycle
  S1 F1 r cpus:4;mem:4096
  S2 F1 r cpus:4;mem:4096
recover F1 r S2 cpus:4;mem:4096 refuse=1000
revive F2 r
suppress F1 r
cycle
  S2 F2 r cpus:4;mem:4096

# min_allocatable (any order of agents)
# either 0.01 cpus or 32 mem suffices
framework F1 r
agent S1 cpus:0.005;mem:16
agent S2 cpus:0.005;mem:32
agent S3 cpus:0.01;mem:1
cycle
  S2 F1 r cpus:0.005;mem:32
  S3 F1 r cpus:0.01;mem:1

# revocable_needs_capability
# F1 (path order) gets the regular part, F2 the revocable cpus
framework F1 a
framework F2 b capabilities=REVOCABLE_RESOURCES
agent S1 cpus:2;mem:1024;cpus{REV}:3
cycle
  S1 F1 a cpus:2;mem:1024
  S1 F2 b cpus{REV}:3

# gpu_agent_needs_capability (any order of agents)
# the whole gpu agent is hidden from F1 (filter_gpu_resources=true)
framework F1 a
framework F2 b capabilities=GPU_RESOURCES
agent S1 cpus:2;mem:1024;gpus:1
agent S2 cpus:2;mem:1024
cycle
  S1 F2 b cpus:2;gpus:1;mem:1024
  S2 F1 a cpus:2;mem:1024

# three_decimal_arithmetic
# 0.1+0.1+0.1 is exactly 0.3
framework F1 r
agent S1 cpus:0.3;mem:96
cycle
  S1 F1 r cpus:0.3;mem:96
recover F1 r S1 cpus:0.1;mem:32
recover F1 r S1 cpus:0.1;mem:32
recover F1 r S1 cpus:0.1;mem:32
cycle
  S1 F1 r cpus:0.3;mem:96
`;
