/** A job processor over a simulated network, before a master that is played. */
import { hostFramework } from '../../../../../actors/framework/host.ts';
import { JOBS_ID, jobsFramework, parseJobFile, Screen } from '../../../../../actors/framework/jobs/index.ts';
import type { OutputReader } from '../../../../../actors/framework/jobs/jobOutputs.ts';
import { mesosCodec } from '../../../../../proto/messageCodec.ts';
import { inject } from '../../../../support/http.ts';
import { simulatedWorld } from '../../../../support/world.ts';
import { ScriptedMaster } from '../../scriptedMaster.ts';

export interface ProcessorOptions {
  readonly jobs?: readonly object[];
  readonly serves?: boolean;
  readonly holdMs?: number;
  readonly workDir?: string;
  readonly readOutput?: OutputReader;
}

/** Sends it requests and lets time pass; `master` launches nothing by itself. */
export function processorOf<Shape>({
  jobs = [],
  serves = true,
  holdMs = 0,
  workDir,
  readOutput,
}: ProcessorOptions = {}) {
  const world = simulatedWorld(7, mesosCodec);
  const master = new ScriptedMaster();
  world.node(1).spawn(master);
  const node = world.node(2);
  const ends: number[] = [];
  const hosted = hostFramework(node, {
    definition: jobsFramework({
      jobs: parseJobFile(JSON.stringify({ jobs }), 'jobs.json'),
      screen: new Screen({ write: () => true }),
      workDir,
      unreachableTimeoutMs: 10_000,
      reconcileIntervalMs: 900_000,
      serves,
      holdMs,
      ...(readOutput !== undefined && { readOutput }),
    }),
    framework: { user: 'nobody', name: 'test', roles: ['*'] },
    master: { host: '10.0.0.1', port: 1 },
    options: {},
    print: () => undefined,
  });
  void hosted.ended.then(({ exitCode }) => ends.push(exitCode));
  world.run(10);
  const ask = (method: string, path: string, body?: unknown, type = 'application/json') => {
    const answer = inject(node, `/${JOBS_ID}${path}`, {
      method,
      headers: { 'content-type': type },
      body: Buffer.from(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)),
    });
    for (let turn = 0; turn < 50 && answer.status === 0; turn++) world.run(1);
    return answer;
  };
  const jobOf = (id: string) => JSON.parse(ask('GET', `/jobs/${id}`).text) as Shape;
  return { ...world, master, hosted, ask, jobOf, ends };
}
