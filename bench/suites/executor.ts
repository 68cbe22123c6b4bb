/** Tasks through one long-lived custom executor, beside the messages alone that each task costs. */
import path from 'node:path';
import type { Offer, TaskInfo } from '../../proto/index.ts';
import { packageRoot } from '../../runtime/build.ts';
import { benchCluster } from '../support/cluster.ts';
import { publish } from '../support/figures.ts';

const SUITE = 'executor tasks';
const TASKS = 10_000;
const AT_ONCE = 2000;

let made = 0;

function calls(offer: Offer, frameworkId: string, n: number): TaskInfo[] {
  const boot = path.join(packageRoot, 'runtime/boot.js');
  const module = path.join(packageRoot, 'examples/word-count-executor.mjs');
  const executor = {
    type: 2 as const,
    executor_id: { value: 'word-count' },
    framework_id: { value: frameworkId },
    resources: [
      { name: 'cpus', type: 0 as const, scalar: { value: 0.1 } },
      { name: 'mem', type: 0 as const, scalar: { value: 32 } },
    ],
    command: {
      value: `'${process.execPath}' '${boot}' --role=executor --executor='${module}' --logging_level=WARNING`,
    },
  };
  const data = new TextEncoder().encode('{"text":"to be or not to be"}');
  return Array.from({ length: n }, () => {
    const id = `call-${++made}`;
    return {
      name: id,
      task_id: { value: id },
      agent_id: offer.agent_id,
      resources: [{ name: 'cpus', type: 0, scalar: { value: 0.001 } }],
      executor,
      data,
    };
  });
}

const cluster = await benchCluster('cpus:1000;mem:1000000;disk:1000', ['--allocation_interval=50ms']);

/** @returns seconds from ACCEPT to the last TASK_FINISHED of one round */
async function round(): Promise<number> {
  const { finished } = await cluster.run((offer, framework) => calls(offer, framework, AT_ONCE));
  return Math.max(...finished.values());
}

await cluster.run((offer, framework) => calls(offer, framework, 1));
const first = await round();
let seconds = 0;
for (let done = 0; done < TASKS; done += AT_ONCE) seconds += await round();
await cluster.close();
publish([
  { suite: SUITE, name: 'through one executor', value: TASKS / seconds, unit: 'tasks/s' },
  { suite: SUITE, name: `the first ${AT_ONCE} of young nodes`, value: AT_ONCE / first, unit: 'tasks/s' },
]);
