/** What must hold of a Marathon in the end. */
import type { Marathon } from '../../../actors/framework/marathon/marathon.ts';
import { isPod, type Spec } from '../../../actors/framework/marathon/model/spec.ts';
import type { Master } from '../../../actors/master/master.ts';
import { NOWHERE, SERVICES } from './definitions.ts';

/** Everything is as was wanted last, or says why it is not; nothing runs that is no instance. */
export function unwell(marathon: Marathon | undefined, master: Master | undefined): string | undefined {
  if (marathon === undefined || master === undefined) return 'nobody is there';
  for (const [index, id] of SERVICES.entries()) {
    const problem = unlike(marathon, id, index + 2);
    if (problem !== undefined) return problem;
  }
  const { definitions, instances, queue } = marathon;
  const waits = queue.entry(NOWHERE)?.history.top;
  if (definitions.root.app(NOWHERE) !== undefined && waits !== 'UnfulfilledConstraint')
    return `${NOWHERE} does not say why it waits`;
  const known = new Set([...instances.all()].flatMap(({ tasks }) => tasks.map(({ id }) => id)));
  const there = [...master.parts.frameworks.all()].flatMap(({ tasks }) => [...tasks.values()]);
  const alive = there.filter((task) => !master.parts.tasks.isTerminal(task)).map(({ id }) => id);
  const stray = alive.find((id) => !known.has(id));
  if (stray !== undefined) return `${stray} runs and is no instance's`;
  return alive.length === known.size
    ? undefined
    : `instances have ${known.size} tasks, ${alive.length} are there`;
}

function unlike(
  { definitions, deployments, instances }: Marathon,
  id: string,
  wanted: number,
): string | undefined {
  const spec = definitions.root.services.get(id);
  const running = instances.of(id).filter((each) => instances.state(each) === 'running');
  if (spec === undefined || variablesOf(spec)['V'] !== 'last' || spec.instances !== wanted)
    return `${id} is not as was wanted last`;
  if (running.length !== wanted || instances.of(id).length !== wanted)
    return `${id}: ${running.length} of ${instances.of(id).length} instances run, ${wanted} are wanted`;
  if (running.some(({ config }) => config !== spec.versionInfo.lastConfigChangeAt))
    return `${id}: an old one runs`;
  return deployments.of(id) === undefined ? undefined : `${id} is still being deployed`;
}

function variablesOf(spec: Spec): Readonly<Record<string, unknown>> {
  return isPod(spec) ? spec.environment : spec.env;
}
