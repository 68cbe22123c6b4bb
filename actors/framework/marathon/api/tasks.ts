/** `/v2/tasks`, and the tasks of single apps (spec: marathon.md §2.6, §5). */
import { ApiError, noApp, wrongShape } from '../errors.ts';
import { type Instance, instanceIdOf } from '../instances/instance.ts';
import type { Marathon } from '../marathon.ts';
import { servicePortsOf } from '../model/app.ts';
import { underscored } from '../model/ids.ts';
import { NO_CHANGE } from '../model/root.ts';
import { list, object, type Problem, text } from '../model/schema.ts';
import { isApp, type Spec, versioned } from '../model/spec.ts';
import { taskJson, tasksOf } from './appJson.ts';
import { committed, wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';

const STATES: Readonly<Record<string, string>> = { running: 'TASK_RUNNING', staging: 'TASK_STAGING' };
/** A week: who forgets to end it is not without health checks for ever. */
const SNOOZE_SECONDS_MAX = 604_800;
const idsReader = object({ ids: list(text) }, ['ids']);

export function tasksRoute(marathon: Marathon, call: Call): Answer {
  if (call.rest === 'delete') {
    if (call.method !== 'POST') return wrongMethod(call, 'POST');
    return deleteByIds(marathon, call);
  }
  if (call.rest === 'snooze') {
    if (call.method !== 'POST') return wrongMethod(call, 'POST');
    return snooze(marathon, call);
  }
  if (call.rest !== '') throw new ApiError(404, `There is nothing at '${call.request.path}' here`);
  if (call.method !== 'GET') return wrongMethod(call, 'GET');
  const accept = call.request.headers['accept'] ?? '';
  if (/\btext\/plain\b/.test(accept) && !/json/.test(accept)) return bridgeText(marathon);
  const states = new Set(call.all('status').map((each) => STATES[each]));
  const ids = [...marathon.definitions.root.services.values()].filter(isApp).map(({ id }) => id);
  const tasks = ids.flatMap((id) => tasksOf(marathon, id, call.extended)) as { readonly state: string }[];
  return { body: { tasks: states.size === 0 ? tasks : tasks.filter(({ state }) => states.has(state)) } };
}

/** @param history with the last instances that are over, the newest first: ours */
export function tasksAnswer(
  marathon: Marathon,
  ids: readonly string[],
  extended: boolean,
  history = false,
): Answer {
  const tasks = ids.flatMap((id) => tasksOf(marathon, id, extended));
  if (!history) return { body: { tasks } };
  return { body: { tasks, history: ids.flatMap((id) => marathon.history.of(id)) } };
}

/** One line for each app and service port, as the script that feeds HAProxy reads it. */
function bridgeText(marathon: Marathon): Answer {
  const lines: string[] = [];
  for (const app of marathon.definitions.root.services.values()) {
    if (!isApp(app)) continue;
    const name = underscored(app.id);
    const running = marathon.instances
      .of(app.id)
      .filter((each) => marathon.instances.state(each) === 'running');
    const hostOf = (instance: Instance): string => instance.place?.hostname ?? '';
    const ports = servicePortsOf(app);
    if (ports.length === 0) lines.push(`${name}\t \t${running.map((each) => `${hostOf(each)} `).join('')}\n`);
    ports.forEach((port, index) => {
      const at = running.map((each) => `${hostOf(each)}:${each.hostPorts[index] ?? 0}\t`);
      lines.push(`${name}\t${port}\t${at.join('')}\n`);
    });
  }
  return { body: lines.join(''), type: 'text/plain; charset=UTF-8' };
}

interface KillOptions {
  /** Ours: others run, and are well, before these are killed. */
  readonly replaceFirst: boolean;
  readonly scale: boolean;
  readonly wipe: boolean;
  readonly force: boolean;
}

/** @throws ApiError 400 when they contradict each other */
function killOptions(call: Call): KillOptions {
  const [scale, wipe, replaceFirst] = [call.flag('scale'), call.flag('wipe'), call.flag('replaceFirst')];
  const options = { scale, wipe, replaceFirst, force: call.flag('force') };
  if (options.scale && options.wipe)
    throw new ApiError(400, 'You cannot use scale and wipe at the same time.');
  if (options.replaceFirst && (options.scale || options.wipe))
    throw new ApiError(400, 'You cannot use replaceFirst with scale or wipe.');
  return options;
}

export function deleteTasks(marathon: Marathon, call: Call, ids: readonly string[]): Answer {
  const host = call.query('host');
  const options = killOptions(call);
  const chosen = ids
    .flatMap((id) => marathon.instances.of(id))
    .filter((each) => marathon.instances.alive(each) || options.wipe)
    .filter(({ place }) => host === undefined || host === '*' || place?.hostname === host);
  return (
    killChosen(marathon, chosen, options) ?? { body: { tasks: chosen.map((each) => jsonOf(marathon, each)) } }
  );
}

export function deleteTask(marathon: Marathon, call: Call, id: string, taskId: string): Answer {
  const app = marathon.definitions.root.app(id);
  if (app === undefined) throw noApp(id);
  const options = killOptions(call);
  const instance = instanceBy(marathon, taskId);
  if (instance === undefined || instance.service !== id)
    throw new ApiError(404, `Task '${taskId}' does not exist`);
  const task = jsonOf(marathon, instance);
  return killChosen(marathon, [instance], options) ?? { body: { task } };
}

/** Ours: Marathon's own health checks of these wait for so many seconds; 0 ends that. */
function snooze(marathon: Marathon, call: Call): Answer {
  const given = call.query('seconds') ?? '';
  const seconds = Number(given);
  if (given === '' || !(seconds >= 0 && seconds <= SNOOZE_SECONDS_MAX))
    throw new ApiError(
      400,
      `seconds: expected a number from 0 to ${SNOOZE_SECONDS_MAX}, got '${given.slice(0, 60)}'`,
    );
  const chosen = instancesByIds(marathon, call);
  for (const instance of chosen) {
    instance.snoozedUntilMs = marathon.context.clock.now() + seconds * 1000;
    marathon.instances.save(instance);
  }
  return { body: { tasks: chosen.map((each) => jsonOf(marathon, each, true)) } };
}

function deleteByIds(marathon: Marathon, call: Call): Answer {
  const options = killOptions(call);
  const chosen = instancesByIds(marathon, call);
  const tasks = chosen.map((each) => jsonOf(marathon, each));
  return killChosen(marathon, chosen, options) ?? { body: { tasks } };
}

/** Those that the body names; unknown ones are left out. @throws ApiError 400 */
function instancesByIds(marathon: Marathon, call: Call): Instance[] {
  const problems: Problem[] = [];
  const ids = idsReader.read(call.json(), '', problems)?.ids;
  if (ids === undefined || problems.length > 0) throw wrongShape(problems);
  for (const id of ids)
    if (instanceIdOf(id) === undefined)
      throw new ApiError(400, `Invalid task id '${id}'. Task ids look like app.instance-<uuid>._app.1`);
  return ids.flatMap((id) => instanceBy(marathon, id) ?? []);
}

/** By the id of a task, or of the instance itself. */
function instanceBy({ instances }: Marathon, id: string): Instance | undefined {
  const instanceId = instanceIdOf(id);
  return instanceId === undefined ? undefined : instances.get(instanceId);
}

function jsonOf(marathon: Marathon, instance: Instance, extended = false): object {
  return taskJson(marathon, instance, marathon.specNow(instance.service), extended);
}

/** Kills them. @returns the deployment that lowers the numbers of their services, when that was asked for */
export function killChosen(
  marathon: Marathon,
  chosen: readonly Instance[],
  options: KillOptions,
): Answer | undefined {
  if (options.replaceFirst) return committed(marathon.writes.replace(chosen, options.force));
  if (options.scale) return committed(scaleDown(marathon, chosen, options.force));
  for (const instance of chosen)
    marathon.instances.step(instance, { type: 'KILL_REQUESTED', wipe: options.wipe });
  return undefined;
}

function scaleDown({ definitions, writes, keeper }: Marathon, chosen: readonly Instance[], force: boolean) {
  const byService = new Map<string, string[]>();
  for (const { id, service } of chosen) byService.set(service, [...(byService.get(service) ?? []), id]);
  const version = writes.nextVersion();
  const services = new Map<string, Spec>();
  for (const [id, killed] of byService) {
    const spec = definitions.root.services.get(id);
    if (spec === undefined) continue;
    services.set(
      id,
      versioned({ ...spec, instances: Math.max(0, spec.instances - killed.length) }, spec, version),
    );
  }
  const done = writes.commit({ ...NO_CHANGE, services }, version, { force, kill: byService });
  for (const [id, killed] of byService) keeper.killFirst(id, killed);
  return done;
}
