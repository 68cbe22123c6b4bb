/** The inspection stream of a node: what its charts do, as they do it. */
import { useRef, useState } from 'preact/hooks';
import { later } from '../clock.ts';
import type { Machine } from './definition.ts';
import { useStream } from './stream.ts';

/** An event of the stream, as `@statelyai/inspect` writes them. */
interface WireEvent {
  readonly type:
    | '@xstate.actor'
    | '@xstate.event'
    | '@xstate.snapshot'
    /** From before the page watched. */
    | '@mesostate.step'
    | '@mesostate.leftOut';
  readonly sessionId: string;
  readonly chart: string;
  readonly actor: string;
  readonly name: string;
  readonly createdAt: string;
  readonly definition?: string;
  readonly event?: { readonly type?: string };
  readonly snapshot?: { readonly value?: unknown; readonly status?: string; readonly context?: unknown };
  readonly count?: number;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Something that an instance did. */
export interface Step {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly event: string;
  /** Undefined: nobody watched then, and it was not kept. */
  readonly payload: unknown;
  readonly before: unknown;
  readonly after: unknown;
  readonly instance: string;
}

export interface Watched {
  /** Machines by `<actor>/<chart>`. */
  readonly machines: ReadonlyMap<string, Machine>;
  /** Values by instance, with the chart they are of. */
  readonly instances: ReadonlyMap<string, { readonly chart: string; readonly value: unknown }>;
  /** The newest last. */
  readonly steps: readonly Step[];
  readonly leftOut: number;
  readonly problem: string;
}

const STEPS_MAX = 500;
/** Redrawn at most this often, in milliseconds. */
const DRAW_MS = 150;
/** A step that was seen live and is told again, recorded, has the same time but for this. */
const SAME_MS = 5;

interface Kept {
  readonly machines: Map<string, Machine>;
  readonly instances: Map<string, { chart: string; value: unknown }>;
  /** Events whose outcome is not yet told, by instance. */
  readonly pending: Map<string, WireEvent>;
  steps: Step[];
  leftOut: number;
}

const wasLive = ({ payload }: Step): boolean => payload !== undefined;

const nothing = (): Kept => ({
  machines: new Map(),
  instances: new Map(),
  pending: new Map(),
  steps: [],
  leftOut: 0,
});

export function useWatched(pattern: string): Watched {
  const [watched, setWatched] = useState<Omit<Watched, 'problem'>>(nothing);
  const kept = useRef<Kept>(nothing());
  const drawing = useRef(false);
  const seen = useRef(pattern);
  const draw = (): void => {
    drawing.current = false;
    const { machines, instances, steps, leftOut } = kept.current;
    setWatched({ machines: new Map(machines), instances: new Map(instances), steps, leftOut });
  };
  const { problem } = useStream(
    `actor=${encodeURIComponent(pattern)}`,
    () => {
      // What it did is still true when the stream begins anew.
      kept.current = {
        ...nothing(),
        steps: pattern === seen.current ? kept.current.steps.filter(wasLive) : [],
      };
      seen.current = pattern;
      draw();
    },
    (event) => {
      take(kept.current, event as WireEvent);
      if (drawing.current) return;
      drawing.current = true;
      later(DRAW_MS, draw);
    },
  );
  return { ...watched, problem };
}

function take(kept: Kept, event: WireEvent): void {
  const { machines, instances, pending } = kept;
  if (event.type === '@mesostate.leftOut') kept.leftOut += event.count ?? 0;
  if (event.type === '@xstate.actor' && event.definition !== undefined) {
    if (!machines.has(event.chart)) machines.set(event.chart, JSON.parse(event.definition) as Machine);
    instances.set(event.sessionId, { chart: event.chart, value: event.snapshot?.value });
  }
  if (event.type === '@mesostate.step') keepRecorded(kept, event);
  if (event.type === '@xstate.event') pending.set(event.sessionId, event);
  if (event.type !== '@xstate.snapshot') return;
  const cause = pending.get(event.sessionId)?.event ?? event.event;
  pending.delete(event.sessionId);
  const after = event.snapshot?.value;
  const step = {
    atMs: Number(event.createdAt),
    event: cause?.type ?? '',
    payload: cause,
    before: instances.get(event.sessionId)?.value,
    after,
    instance: event.sessionId,
  };
  kept.steps = [...kept.steps.slice(1 - STEPS_MAX), step];
  instances.set(event.sessionId, { chart: event.chart, value: after });
}

/** In its place by time, unless it was seen live before the stream began anew. */
function keepRecorded(kept: Kept, { createdAt, event, before, after, sessionId }: WireEvent): void {
  const atMs = Number(createdAt);
  const name = event?.type ?? '';
  const isKnown = kept.steps.some(
    (each) =>
      wasLive(each) &&
      each.instance === sessionId &&
      each.event === name &&
      Math.abs(each.atMs - atMs) <= SAME_MS,
  );
  if (isKnown) return;
  const step = { atMs, event: name, payload: undefined, before, after, instance: sessionId };
  const later = kept.steps.findIndex((each) => each.atMs > atMs);
  const at = later === -1 ? kept.steps.length : later;
  kept.steps = [...kept.steps.slice(0, at), step, ...kept.steps.slice(at)].slice(-STEPS_MAX);
}
