/** What must hold of a host, or had better (spec: other-frameworks.md §4). */
import type { Host, PlacedTask } from './task.ts';

/** @returns what is in the way; undefined when nothing is */
export type Hard = (task: PlacedTask, host: Host, hosts: readonly Host[]) => string | undefined;

/** 0 to 1, counted into the fitness with its weight; that of the fitness itself is 1. */
export interface Soft {
  readonly weight: number;
  score(task: PlacedTask, host: Host, hosts: readonly Host[]): number;
}

/** An attribute's value; `hostname` is one of each host's. */
export function attributeOf({ hostname, attributes }: Host, attribute: string): string | undefined {
  return attribute === 'hostname' ? hostname : attributes[attribute];
}

export function hostAttributeIs(attribute: string, value: string): Hard {
  return (_task, host) =>
    attributeOf(host, attribute) === value ? undefined : `its ${attribute} is not ${value}`;
}

/** No other task of the group on a host with the same value. */
export function uniqueHostAttribute(attribute = 'hostname'): Hard {
  return (task, host, hosts) => {
    const value = attributeOf(host, attribute);
    if (value === undefined) return `it has no ${attribute}`;
    return countOf(task, attribute, value, hosts) === 0
      ? undefined
      : `another task of the group is where ${attribute} is ${value}`;
  };
}

/** No value has more tasks of the group than the one with the fewest, counting values that are not seen as empty. */
export function balancedHostAttribute(attribute: string, expected: number): Hard {
  return (task, host, hosts) => {
    const value = attributeOf(host, attribute);
    if (value === undefined) return `it has no ${attribute}`;
    const values = new Set(hosts.flatMap((each) => attributeOf(each, attribute) ?? []));
    const counts = [...values].map((each) => countOf(task, attribute, each, hosts));
    const fewest = values.size < expected ? 0 : Math.min(...counts);
    return countOf(task, attribute, value, hosts) <= fewest
      ? undefined
      : `${attribute} ${value} has more tasks of the group than others`;
  };
}

/** Who is exclusive is alone on its host: it comes to none with tasks, and none comes to it. */
export const exclusiveHost: Hard = (task, { tasks }) => {
  if (tasks.some(({ exclusive }) => exclusive === true)) return 'a task there wants its host alone';
  return task.exclusive === true && tasks.length > 0 ? 'it is not alone there' : undefined;
};

/** Any hard one as a wish. */
export function softened(hard: Hard, weight = 1): Soft {
  return { weight, score: (task, host, hosts) => (hard(task, host, hosts) === undefined ? 1 : 0) };
}

function countOf({ group }: PlacedTask, attribute: string, value: string, hosts: readonly Host[]): number {
  let count = 0;
  for (const host of hosts)
    if (attributeOf(host, attribute) === value)
      count += host.tasks.filter((each) => each.group === group).length;
  return count;
}
