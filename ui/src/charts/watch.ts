/** The inspection stream of a node: what its charts do, as they do it. */
import { useEffect, useState } from 'preact/hooks';
import { later } from '../clock.ts';
import type { Machine } from './definition.ts';

/** An event of the stream, as `@statelyai/inspect` writes them. */
interface WireEvent {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot' | '@mesostate.leftOut';
  readonly sessionId: string;
  readonly chart: string;
  readonly actor: string;
  readonly name: string;
  readonly createdAt: string;
  readonly definition?: string;
  readonly event?: { readonly type?: string };
  readonly snapshot?: { readonly value?: unknown; readonly status?: string; readonly context?: unknown };
  readonly count?: number;
}

/** Something that an instance did. */
export interface Step {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly event: string;
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

const NOTHING: Watched = { machines: new Map(), instances: new Map(), steps: [], leftOut: 0, problem: '' };

export function useWatched(pattern: string): Watched {
  const [watched, setWatched] = useState<Watched>(NOTHING);
  useEffect(() => {
    const machines = new Map<string, Machine>();
    const instances = new Map<string, { chart: string; value: unknown }>();
    const pending = new Map<string, WireEvent>();
    let steps: Step[] = [];
    let leftOut = 0;
    let cancel: (() => void) | undefined;
    const draw = (problem = ''): void => {
      setWatched({ machines: new Map(machines), instances: new Map(instances), steps, leftOut, problem });
    };
    const take = (event: WireEvent): void => {
      if (event.type === '@mesostate.leftOut') leftOut += event.count ?? 0;
      if (event.type === '@xstate.actor' && event.definition !== undefined) {
        if (!machines.has(event.chart)) machines.set(event.chart, JSON.parse(event.definition) as Machine);
        instances.set(event.sessionId, { chart: event.chart, value: event.snapshot?.value });
      }
      if (event.type === '@xstate.event') pending.set(event.sessionId, event);
      if (event.type === '@xstate.snapshot') {
        const before = instances.get(event.sessionId)?.value;
        const cause = pending.get(event.sessionId)?.event ?? event.event;
        pending.delete(event.sessionId);
        const after = event.snapshot?.value;
        const step = {
          atMs: Number(event.createdAt),
          event: cause?.type ?? '',
          payload: cause,
          before,
          after,
          instance: event.sessionId,
        };
        steps = [...steps.slice(1 - STEPS_MAX), step];
        instances.set(event.sessionId, { chart: event.chart, value: after });
      }
      cancel ??= later(DRAW_MS, () => {
        cancel = undefined;
        draw();
      });
    };
    setWatched(NOTHING);
    if (pattern === '') return;
    const origin = location.origin.replace(/^http/, 'ws');
    const socket = new WebSocket(`${origin}/__inspect__?actor=${encodeURIComponent(pattern)}`);
    socket.addEventListener('message', ({ data }: MessageEvent<string>) =>
      take(JSON.parse(data) as WireEvent),
    );
    socket.addEventListener('close', () => draw('The node ended the stream; choose again to watch on.'));
    return () => {
      cancel?.();
      socket.close();
    };
  }, [pattern]);
  return watched;
}
