/** What the form asks for, in its order. Members without a field are only seen as JSON. */
import type { Section } from './fields.ts';

export const SECTIONS: readonly Section[] = [
  {
    title: 'General',
    fields: [
      { label: 'ID', path: ['id'], kind: 'text', hint: 'as /group/name' },
      { label: 'CPUs', path: ['cpus'], kind: 'number', least: 0 },
      { label: 'Memory (MiB)', path: ['mem'], kind: 'number', least: 0 },
      { label: 'Disk (MiB)', path: ['disk'], kind: 'number', least: 0 },
      { label: 'GPUs', path: ['gpus'], kind: 'number', least: 0, isWhole: true },
      { label: 'Instances', path: ['instances'], kind: 'number', least: 0, isWhole: true },
      { label: 'Role', path: ['role'], kind: 'text' },
      { label: 'Command', path: ['cmd'], kind: 'area', hint: 'by the shell; PORT0 and the like are set' },
    ],
  },
  {
    title: 'Container',
    fields: [
      { label: 'Image', path: ['container', 'docker', 'image'], kind: 'text' },
      {
        ...{ label: 'Type', path: ['container', 'type'], kind: 'choice', options: ['DOCKER', 'MESOS'] },
        hint: 'who runs it: Docker, or the agent itself',
      },
      { label: 'Volumes (JSON)', path: ['container', 'volumes'], kind: 'json' },
    ],
  },
  {
    title: 'Ports and health',
    fields: [
      {
        label: 'Ports (JSON)',
        path: ['portDefinitions'],
        kind: 'json',
        hint: '[{"port":0,"name":"http"}]; 0 is any',
      },
      { label: 'Networks (JSON)', path: ['networks'], kind: 'json', hint: '[{"mode":"host"}]' },
      {
        label: 'Health checks (JSON)',
        path: ['healthChecks'],
        kind: 'json',
        hint: '[{"protocol":"HTTP","path":"/"}]',
      },
      {
        ...{ label: 'Startup check (JSON)', path: ['startupCheck'], kind: 'json' },
        hint: '{"path":"/","intervalSeconds":5}: health checks wait for its first success',
      },
      {
        ...{ label: 'Readiness checks (JSON)', path: ['readinessChecks'], kind: 'json' },
        hint: '[{"portName":"http","path":"/"}]: deployments wait for them',
      },
    ],
  },
  {
    title: 'Environment and labels',
    fields: [
      { label: 'Environment', path: ['env'], kind: 'pairs', hint: 'NAME=value, one a line' },
      { label: 'Labels', path: ['labels'], kind: 'pairs', hint: 'name=value, one a line' },
      {
        ...{ label: 'Secrets (JSON)', path: ['secrets'], kind: 'json' },
        hint: '{"password":{"source":"/db/password"}}; NAME={"secret":"password"} above uses it',
      },
    ],
  },
  {
    title: 'Placement and more',
    fields: [
      { label: 'Constraints (JSON)', path: ['constraints'], kind: 'json', hint: '[["hostname","UNIQUE"]]' },
      { label: 'Accepted roles', path: ['acceptedResourceRoles'], kind: 'lines', hint: 'one a line' },
      { label: 'Artifacts (JSON)', path: ['fetch'], kind: 'json', hint: '[{"uri":"https://…"}]' },
      { label: 'User', path: ['user'], kind: 'text' },
      { label: 'Dependencies', path: ['dependencies'], kind: 'lines', hint: 'ids, one a line' },
    ],
  },
  {
    title: 'Upgrades',
    fields: [
      {
        ...{ label: 'Least healthy', path: ['upgradeStrategy', 'minimumHealthCapacity'], kind: 'number' },
        ...{ least: 0, most: 1, hint: 'share of the instances: 1 is all of them' },
      },
      {
        ...{ label: 'Beyond the number', path: ['upgradeStrategy', 'maximumOverCapacity'], kind: 'number' },
        ...{ least: 0, most: 1, hint: 'share that may run besides: 1 is twice as many' },
      },
      {
        ...{ label: 'Batches', path: ['update', 'batchSizes'], kind: 'numbers', least: 1, isWhole: true },
        hint: 'as 2, 3, 5: the last size for all further ones',
      },
      {
        ...{ label: 'Canaries', path: ['update', 'canarySteps'], kind: 'numbers', least: 1, isWhole: true },
        hint: 'as 1, 5: it pauses at each',
      },
      { label: 'Pause after each batch', path: ['update', 'autoPause'], kind: 'flag' },
      {
        ...{ label: 'Only instances', path: ['update', 'range'], kind: 'numbers', least: 0, isWhole: true },
        hint: 'numbers of the first and the last that are replaced, as 0, 1',
      },
      {
        ...{ label: 'Watched for (s)', path: ['update', 'watchSeconds'], kind: 'number', least: 0 },
        hint: 'so long an instance is well before it counts',
      },
      {
        ...{ label: 'Failures at most', path: ['update', 'maxTotalFailures'], kind: 'number' },
        ...{ least: 0, isWhole: true, hint: 'one more ends the deployment' },
      },
      { label: 'Step takes at most (s)', path: ['update', 'deadlineSeconds'], kind: 'number', least: 0 },
      { label: 'Roll back when it fails', path: ['update', 'autoRollback'], kind: 'flag' },
    ],
  },
  {
    title: 'Drains and ends',
    fields: [
      {
        ...{ label: 'Missing in a drain', path: ['disruptionBudget', 'maxUnavailable'], kind: 'number' },
        ...{ least: 0, isWhole: true, hint: 'so many fewer than wanted may serve' },
      },
      {
        ...{ label: 'Drain waits (s)', path: ['disruptionBudget', 'drainTimeoutSeconds'], kind: 'number' },
        least: 0,
      },
      {
        ...{ label: 'Time to end (s)', path: ['taskKillGracePeriodSeconds'], kind: 'number', least: 0 },
        hint: 'from SIGTERM to SIGKILL',
      },
      {
        ...{ label: 'Ends first', path: ['killSelection'], kind: 'choice' },
        options: ['YOUNGEST_FIRST', 'OLDEST_FIRST'],
      },
      {
        ...{ label: 'Agent unreachable (JSON)', path: ['unreachableStrategy'], kind: 'json' },
        hint: '"disabled", or {"inactiveAfterSeconds":0,"expungeAfterSeconds":0}',
      },
      { label: 'Delay after a failure (s)', path: ['backoffSeconds'], kind: 'number', least: 0 },
      { label: 'times, each time', path: ['backoffFactor'], kind: 'number', least: 1 },
      { label: 'up to (s)', path: ['maxLaunchDelaySeconds'], kind: 'number', least: 0 },
    ],
  },
];
