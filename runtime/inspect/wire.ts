/**
 * Inspection events as `@statelyai/inspect` (0.7) writes them: one JSON text each, with `sessionId`, `rootId`, `createdAt` as
 * milliseconds in text, the snapshot as JSON and the machine's definition as JSON text.
 */
import type { InspectionEvent } from '../../statecharts/engine.ts';
import type { RecordedStep } from './recording.ts';

/** Version of the inspection protocol spoken; the hosted inspector takes events that carry one. */
const PROTOCOL = '0.7.2';
/** Longer contexts and events are told by their length. */
const CONTEXT_CHARACTERS_MAX = 64 * 1024;
/** Bytes shown of a value that is bytes. */
const BYTES_SHOWN_MAX = 64;

/** What the wire adds to an event of the engine. */
export interface WireFacts {
  /** Wall-clock milliseconds. */
  readonly nowMs: number;
  /** The actor the chart belongs to. */
  readonly actor: string;
  /** The machine's configuration as JSON; told with `@xstate.actor`. */
  readonly definition: string;
}

/** The JSON text of one event. Never throws: what cannot be shown is replaced by words. */
export function wireText(event: InspectionEvent, { nowMs, actor, definition }: WireFacts): string {
  const root = `${actor}/${event.name}`;
  const common = {
    type: event.type,
    name: event.sessionId,
    sessionId: `${actor}/${event.sessionId}`,
    rootId: `${actor}/${event.rootId}`,
    id: null,
    createdAt: String(Math.floor(nowMs)),
    _version: PROTOCOL,
    actor,
    chart: root,
  };
  const told = event.type === '@xstate.actor' ? { definition } : { event: shown(event.event) };
  if (event.type === '@xstate.event') return JSON.stringify({ ...common, ...told });
  const { value, status, context } = event.snapshot;
  return JSON.stringify({ ...common, ...told, snapshot: { status, value, context: shown(context) } });
}

/** A change of state from before somebody watched. Without a version, as `leftOutText`. */
export function recordedText(step: RecordedStep, actor: string, name: string): string {
  const { atMs, id, event, before, after } = step;
  const chart = `${actor}/${name}`;
  return JSON.stringify({
    type: '@mesostate.step',
    sessionId: `${chart}/${id}`,
    createdAt: String(Math.floor(atMs)),
    actor,
    chart,
    event: { type: event },
    before,
    after,
  });
}

/** How many events a watcher did not get. Without a version: the hosted inspector passes it over. */
export function leftOutText(count: number): string {
  return JSON.stringify({ type: '@mesostate.leftOut', count });
}

/** The definition of a machine as JSON: functions by their name, as `@statelyai/inspect` does; what a state means where it looks for it. */
export function definitionText(config: object): string {
  try {
    return JSON.stringify(config, (_key, value: unknown) => {
      if (typeof value === 'function') return { type: value.name };
      const description = describedBy(value);
      return description === undefined ? value : { description, ...(value as object) };
    });
  } catch {
    return '{}';
  }
}

/** Our machines describe their states in `meta`, inspectors read `description`. */
function describedBy(value: unknown): string | undefined {
  const { meta } = (value ?? {}) as { readonly meta?: { readonly description?: unknown } };
  return typeof meta?.description === 'string' ? meta.description : undefined;
}

/** A value as JSON can carry it, or words about it. */
function shown(value: unknown): unknown {
  try {
    const text = JSON.stringify(value, plain) ?? 'null';
    if (text.length > CONTEXT_CHARACTERS_MAX) return `(${text.length} characters, not shown)`;
    return JSON.parse(text) as unknown;
  } catch (error) {
    return `(cannot be shown: ${(error as Error).message.slice(0, 80)})`;
  }
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function') return undefined;
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  if (!(value instanceof Uint8Array)) return value;
  return { bytes: value.length, hex: Buffer.from(value.subarray(0, BYTES_SHOWN_MAX)).toString('hex') };
}
