/** What clients of a simulated Marathon define: apps with checks of every kind, and a pod, with policies that chance gives. */

export const APPS = ['/a', '/b', '/g/c'];
export const POD = '/p';
export const SERVICES = [...APPS, POD];
/** No agent satisfies its constraint: it waits for ever, and says why. */
export const NOWHERE = '/nowhere';
const CAPACITIES = [0, 0.5, 0.6, 1];

export type Body = Readonly<Record<string, unknown>>;
export type Pick = <T>(list: readonly T[]) => T | undefined;

const HEALTH = {
  ...{ protocol: 'TCP', intervalSeconds: 1, gracePeriodSeconds: 10 },
  ...{ timeoutSeconds: 2, maxConsecutiveFailures: 3 },
};
const READINESS = { portName: 'http', intervalSeconds: 2, timeoutSeconds: 1 };
const BUDGETS = [{ maxUnavailable: 1, drainTimeoutSeconds: 40 }, { drainTimeoutSeconds: 20 }];
/** How updates go on; most of them in one go. */
const POLICIES: readonly Body[] = [
  { batchSizes: [1, 2] },
  { batchSizes: [2], autoPause: true },
  { canarySteps: [1] },
  { maxTotalFailures: 1, autoRollback: true },
  { deadlineSeconds: 8, autoRollback: true },
  { watchSeconds: 3 },
  { range: [0, 1] },
];

export function strategy(pick: Pick): Body {
  return {
    minimumHealthCapacity: pick(CAPACITIES) ?? 1,
    maximumOverCapacity: pick(CAPACITIES) ?? 1,
  };
}

/** An update policy, or none. */
export function policy(pick: Pick): Body {
  return pick([{}, {}, {}, ...POLICIES]) ?? {};
}

/** One of the apps as it begins. */
export function appOf(id: string, pick: Pick): Body {
  return {
    ...{ id, cmd: 'sleep', cpus: 0.1, mem: 32, instances: 3 },
    ...{ healthChecks: [HEALTH], upgradeStrategy: strategy(pick), update: policy(pick) },
    ...(id === '/b' && { portDefinitions: [{ port: 0, name: 'http' }], readinessChecks: [READINESS] }),
    ...(id !== '/a' && { disruptionBudget: pick(BUDGETS) }),
  };
}

/** @param value of the variable by which versions differ */
export function podOf(pick: Pick, instances: number, value: string): Body {
  const container = (name: string): Body => ({
    ...{ name, resources: { cpus: 0.1, mem: 32 }, exec: { command: { shell: 'sleep' } } },
    ...{ endpoints: [{ name: `${name}-port`, hostPort: 0 }] },
  });
  return {
    ...{ id: POD, containers: [container('one'), container('two')], environment: { V: value } },
    scaling: { kind: 'fixed', instances },
    scheduling: { upgrade: strategy(pick) },
  };
}
