/**
 * What the page knows of Marathon: all of it read once, then only what the events name is read again. The queue has no events;
 * it is looked at while something waits or is deployed.
 */
import { signal } from '@preact/signals';
import { every, later, nowMs } from '../clock.ts';
import { ApiError } from '../data/http.ts';
import { connection, needsLogin, version } from '../data/live.ts';
import { onLogin } from '../data/session.ts';
import { appPath, ask } from './api.ts';
import type { Action, App, Deployment, Group, Info, QueueEntry } from './types.ts';

export const apps = signal<ReadonlyMap<string, App>>(new Map());
/** Ids of all groups but the root. */
export const groups = signal<readonly string[]>([]);
/** What groups wait for, by group. */
export const groupDependencies = signal<ReadonlyMap<string, readonly string[]>>(new Map());
/** Ids of pods. */
export const pods = signal<readonly string[]>([]);
/** Rises when something changed about some pod. */
export const podChanges = signal(0);
export const deployments = signal<readonly Deployment[]>([]);
export const queue = signal<ReadonlyMap<string, QueueEntry>>(new Map());
export const info = signal<Info | undefined>(undefined);
/** False until all was read for the first time. */
export const isLoaded = signal(false);

const GATHER_MS = 150;
const QUEUE_LOOK_MS = 3000;
const AGAIN_MS = 2000;
const LOOK_MS = 10_000;
/** A quiet Marathon sends no events: this often it is asked whether it is there, and what the cluster uses. */
const PULSE_MS = 15_000;
/** What is not answered for so long holds up nothing else. */
const TURN_MS_MAX = 30_000;
/** Above this many apps that changed at once, all are read in one request. */
const SINGLY_MAX = 8;
const EVENT_TYPES = [
  'instance_changed_event',
  'status_update_event',
  'health_status_changed_event',
  'app_terminated_event',
  'group_change_success',
  'deployment_info',
  'deployment_step_success',
  'deployment_step_failure',
  'deployment_success',
  'deployment_failed',
  'deployment_paused',
  'deployment_resumed',
];

interface Heard {
  readonly eventType: string;
  readonly appId?: string;
  readonly runSpecId?: string;
  readonly plan?: { readonly steps?: readonly { readonly actions: readonly Action[] }[] };
}

const dirty = new Set<string>();
let groupsChanged = false;
let deploymentsChanged = false;
let gathering = false;
let missing = false;

/** Reads all and follows the events, for as long as the page is there. */
export function follow(): void {
  listen();
  onLogin(listen);
  every(PULSE_MS, () => {
    if (!needsLogin.value && !reading) void quietly(refreshInfo);
  });
  every(QUEUE_LOOK_MS, () => {
    if (reading) return;
    if (connection.value.state === 'live' && (queue.value.size > 0 || deployments.value.length > 0))
      void quietly(refreshWaiting);
  });
}

function listen(): void {
  const source = new EventSource('/v2/events?plan-format=light&extended=true');
  source.addEventListener('open', () => void lastingly(readAll));
  source.addEventListener('error', () => {
    const { heardAt } = connection.value;
    connection.value = { state: 'lost', problem: 'no answer', heardAt };
    if (source.readyState !== EventSource.CLOSED) return;
    source.close();
    // A stream does not say why it was refused: a question does. Who may not hear events looks now and then.
    void quietly(readAll).then(() => {
      if (!needsLogin.value) later(connection.value.state === 'live' ? LOOK_MS : AGAIN_MS, listen);
    });
  });
  for (const type of EVENT_TYPES)
    source.addEventListener(type, ({ data }: MessageEvent<string>) => take(JSON.parse(data) as Heard));
}

let lastTurn: Promise<void> = Promise.resolve();
let reading = false;

/** One reading at a time, in the order of their wishes: of two under way the older answer could come last, and stay. */
async function inTurn(run: () => Promise<void>): Promise<void> {
  const before = lastTurn;
  let end = (): void => undefined;
  lastTurn = new Promise((resolve) => {
    end = resolve;
  });
  await before;
  reading = true;
  const takeBack = later(TURN_MS_MAX, end);
  try {
    await run();
  } finally {
    reading = false;
    takeBack();
    end();
  }
}

/** @returns whether there was an answer, or none will come before a login */
async function quietly(run: () => Promise<void>): Promise<boolean> {
  try {
    await inTurn(run);
    connection.value = { state: 'live', problem: '', heardAt: nowMs() };
    return true;
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    const state = error instanceof ApiError && error.status === 401 ? 'login' : 'lost';
    connection.value = { ...connection.value, state, problem };
    return state === 'login';
  }
}

/** What could not be read, as the network changed or Marathon had too much to do, is read again with all else: no event names it any more. */
async function lastingly(run: () => Promise<void>): Promise<void> {
  if ((await quietly(run)) || missing) return;
  missing = true;
  later(AGAIN_MS, () => {
    missing = false;
    void lastingly(readAll);
  });
}

async function readAll(): Promise<void> {
  const [root] = await Promise.all([
    ask<Group>(
      'GET',
      '/groups?embed=group.groups&embed=group.apps.counts&embed=group.apps.deployments&embed=group.pods',
    ),
    refreshInfo(),
    refreshWaiting(),
  ]);
  const all = flat(root);
  apps.value = new Map(all.flatMap((group) => group.apps ?? []).map((app) => [app.id, app]));
  takeGroups(root);
  isLoaded.value = true;
  // Of pods more is shown than that they are there: what happened while nothing was heard.
  podChanges.value += 1;
  version.value += 1;
}

/** Not everybody may see it who may see apps. */
async function refreshInfo(): Promise<void> {
  try {
    info.value = await ask<Info>('GET', '/info?extended=true');
  } catch (error) {
    if (!(error instanceof ApiError && error.status === 403)) throw error;
    info.value = undefined;
  }
}

function flat(group: Group): Group[] {
  return [group, ...(group.groups ?? []).flatMap(flat)];
}

function takeGroups(root: Group): void {
  const all = flat(root);
  groups.value = all.map(({ id }) => id).filter((id) => id !== '/');
  groupDependencies.value = new Map(all.map(({ id, dependencies = [] }) => [id, dependencies]));
  pods.value = all.flatMap((group) => group.pods ?? []).map(({ id }) => id);
}

function take(event: Heard): void {
  connection.value = { state: 'live', problem: '', heardAt: nowMs() };
  const { eventType, appId, runSpecId, plan } = event;
  for (const id of [appId, runSpecId]) if (id !== undefined) dirty.add(id);
  for (const { actions } of plan?.steps ?? [])
    for (const { app, pod } of actions) for (const id of [app, pod]) if (id !== undefined) dirty.add(id);
  if (eventType === 'group_change_success' || eventType === 'deployment_success') groupsChanged = true;
  if (eventType.startsWith('deployment')) deploymentsChanged = true;
  if (gathering) return;
  gathering = true;
  later(GATHER_MS, () => {
    gathering = false;
    void lastingly(refresh);
  });
}

async function refresh(): Promise<void> {
  const ids = [...dirty];
  const withGroups = groupsChanged;
  const withWaiting = deploymentsChanged || ids.length > 0;
  dirty.clear();
  groupsChanged = false;
  deploymentsChanged = false;
  if (withGroups || ids.some((id) => pods.value.includes(id))) podChanges.value += 1;
  await Promise.all([
    refreshApps(ids.filter((id) => !pods.value.includes(id))),
    withGroups
      ? ask<Group>('GET', '/groups?embed=group.groups&embed=group.pods').then(takeGroups)
      : undefined,
    withWaiting ? refreshWaiting() : undefined,
  ]);
  version.value += 1;
}

async function refreshApps(ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  if (ids.length > SINGLY_MAX) {
    const all = await ask<{ apps: App[] }>('GET', '/apps');
    apps.value = new Map(all.apps.map((app) => [app.id, app]));
    return;
  }
  // As a list: that there is none is an answer too, not an error.
  const found = await Promise.all(
    ids.map((id) => ask<{ apps: App[] }>('GET', `/apps?id=${encodeURIComponent(id)}`)),
  );
  const next = new Map(apps.value);
  ids.forEach((id, at) => {
    const app = found[at]?.apps.find((each) => each.id === id);
    if (app === undefined) next.delete(id);
    else next.set(id, app);
  });
  apps.value = next;
}

async function refreshWaiting(): Promise<void> {
  const [under, waiting] = await Promise.all([
    ask<Deployment[]>('GET', '/deployments?extended=true'),
    ask<{ queue: QueueEntry[] }>('GET', '/queue?extended=true'),
  ]);
  deployments.value = under;
  queue.value = new Map(
    waiting.queue
      .filter(({ count }) => count > 0)
      .map((entry) => [entry.app?.id ?? entry.pod?.id ?? '', entry]),
  );
}

/** Reads an app's present definition, as it was given. */
export async function definitionOf(id: string, at: string): Promise<Readonly<Record<string, unknown>>> {
  const {
    version: _version,
    versionInfo: _info,
    ...definition
  } = await ask<Record<string, unknown>>('GET', `${appPath(id)}/versions/${encodeURIComponent(at)}`);
  return definition;
}
