/** `/v2/pods` (spec: marathon.md §4). */
import { ApiError, noPod, wrongShape } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import { resolveId } from '../model/ids.ts';
import type { Pod } from '../model/pod.ts';
import { NO_CHANGE } from '../model/root.ts';
import { isPod } from '../model/spec.ts';
import { changeOf, committed, writeContext, wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';
import { instanceStatus, podJson, podStatus } from './podJson.ts';
import { newPod, readPodInput } from './readPod.ts';
import { killChosen } from './tasks.ts';

export function podsRoute(marathon: Marathon, call: Call): Answer {
  const [path = '', below] = splitOnce(call.rest, '::');
  const id = `/${path.replace(/^\/+|\/+$/g, '')}`;
  if (below !== undefined) return belowPod(marathon, call, id, below);
  return id === '/' ? collection(marathon, call) : single(marathon, call, id);
}

function splitOnce(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)];
}

/** @throws ApiError 404 */
function existing({ definitions }: Marathon, id: string): Pod {
  const pod = definitions.root.pod(id);
  if (pod === undefined) throw noPod(id);
  return pod;
}

function collection(marathon: Marathon, call: Call): Answer {
  const pods = [...marathon.definitions.root.services.values()].filter(isPod);
  if (call.method === 'GET') return { body: pods.map(podJson) };
  if (call.method !== 'POST') return wrongMethod(call, 'GET and POST');
  const write = writeContext(marathon, call);
  const input = readPodInput(call.json());
  if (input.id === undefined) throw wrongShape([{ path: '/id', error: 'error.path.missing' }]);
  const id = resolveId(input.id);
  if (marathon.definitions.root.services.has(id))
    throw new ApiError(409, `A pod with id [${id}] already exists.`);
  const pod = newPod(input, id, write);
  const done = marathon.writes.commit(changeOf([pod]), write.version, { force: call.flag('force') });
  tell(marathon, call, 'pod_created_event');
  const { headers } = committed(done, write);
  return {
    status: 201,
    headers: { ...headers, Location: `${call.origin}/v2/pods${id}` },
    body: podJson(pod),
  };
}

function single(marathon: Marathon, call: Call, id: string): Answer {
  switch (call.method) {
    case 'GET':
      return { body: podJson(existing(marathon, id)) };
    case 'PUT':
      return put(marathon, call, id);
    case 'DELETE': {
      existing(marathon, id);
      const change = { ...NO_CHANGE, services: new Map([[id, undefined]]) };
      const done = marathon.writes.commit(change, marathon.writes.nextVersion(), {
        force: call.flag('force'),
      });
      tell(marathon, call, 'pod_deleted_event');
      return { ...committed(done), status: 202 };
    }
    default:
      return wrongMethod(call, 'GET, PUT and DELETE');
  }
}

function put(marathon: Marathon, call: Call, id: string): Answer {
  const write = writeContext(marathon, call);
  const input = readPodInput(call.json());
  if (input.id !== undefined && resolveId(input.id) !== id)
    throw new ApiError(400, `'${resolveId(input.id)}' does not match definition ID '${id}'`);
  const pod = newPod(input, id, write, existing(marathon, id));
  const done = marathon.writes.commit(changeOf([pod]), write.version, { force: call.flag('force') });
  tell(marathon, call, 'pod_updated_event');
  return { ...committed(done, write), body: podJson(pod) };
}

function tell({ events }: Marathon, call: Call, type: string): void {
  events.publish(type, { clientIp: call.clientIp, uri: call.request.path });
}

function belowPod(marathon: Marathon, call: Call, id: string, below: string): Answer {
  const [what = '', of] = splitOnce(below, '/');
  if (what === 'status' && id === '/' && call.method === 'GET') {
    const pods = [...marathon.definitions.root.services.values()].filter(isPod);
    return { body: pods.map((pod) => podStatus(marathon, pod)) };
  }
  const pod = existing(marathon, id);
  if (what === 'status' && call.method === 'GET') return { body: podStatus(marathon, pod) };
  if (what === 'versions' && call.method === 'GET') return versions(marathon, id, of);
  if (what === 'instances' && call.method === 'DELETE') return kill(marathon, call, pod, of);
  throw new ApiError(404, `There is nothing at '${call.request.path}' here`);
}

function versions({ definitions }: Marathon, id: string, version: string | undefined): Answer {
  if (version === undefined) return { body: definitions.versionsOf(id) };
  const pod = definitions.version(id, version);
  if (pod === undefined || !isPod(pod))
    throw new ApiError(404, `Pod '${id}' does not exist in version ${version}`);
  return { body: podJson(pod) };
}

function kill(marathon: Marathon, call: Call, pod: Pod, instanceId: string | undefined): Answer {
  const all = marathon.instances.of(pod.id);
  const chosen = instanceId === undefined ? all : all.filter((each) => each.id === instanceId);
  if (instanceId !== undefined && chosen.length === 0)
    throw new ApiError(404, `Instance '${instanceId}' does not exist`);
  const shown = chosen.map((each) => instanceStatus(marathon, pod, each));
  killChosen(marathon, chosen, { scale: false, replaceFirst: false, wipe: call.flag('wipe'), force: false });
  return { body: instanceId === undefined ? shown : (shown[0] ?? {}) };
}
