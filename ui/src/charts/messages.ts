/** The messages of a node as they pass: the last few hundred, and who speaks with whom. */
import { useRef, useState } from 'preact/hooks';
import { later } from '../clock.ts';
import { useStream } from './stream.ts';

export interface Message {
  /** Counted from the first that was heard. */
  readonly n: number;
  /** Milliseconds since 1970, by the node's clock. */
  readonly atMs: number;
  /** PIDs, `host:port/name`; whoever is no process is `outside`. */
  readonly from: string;
  readonly to: string;
  readonly name: string;
  readonly trace: string | undefined;
  readonly body: unknown;
}

interface WireMessage {
  readonly type: string;
  readonly createdAt: string;
  readonly from?: string;
  readonly to: string;
  readonly name: string;
  readonly trace?: string;
  readonly body?: unknown;
  readonly count?: number;
}

export interface Heard {
  /** The newest last. */
  readonly messages: readonly Message[];
  readonly leftOut: number;
}

export const MESSAGES_MAX = 500;
export const OUTSIDE = 'outside';
const DRAW_MS = 200;
/** Lifelines side by side; those who spoke longest ago share one. */
const ENDS_MAX = 8;
export const OTHERS = 'others';

/** @param paused what comes meanwhile is passed over */
export function useMessages(
  process: string,
  name: string,
  paused: boolean,
): Heard & { readonly problem: string; readonly isListening: boolean; clear(): void } {
  const [heard, setHeard] = useState<Heard>({ messages: [], leftOut: 0 });
  const kept = useRef({ messages: [] as Message[], leftOut: 0, n: 0, drawing: false, paused });
  kept.current.paused = paused;
  const draw = (): void => {
    kept.current.drawing = false;
    const { messages, leftOut } = kept.current;
    setHeard({ messages: [...messages], leftOut });
  };
  const clear = (): void => {
    kept.current.messages = [];
    kept.current.leftOut = 0;
    draw();
  };
  const query = new URLSearchParams({ messages: process === '' ? '*' : process, name: `*${name}*` });
  const { problem, isOpen } = useStream(
    query.toString(),
    () => undefined,
    (event) => {
      const { current } = kept;
      if (current.paused) return;
      const wire = event as WireMessage;
      if (wire.type === '@mesostate.leftOut') current.leftOut += wire.count ?? 0;
      else current.messages.push(messageOf(wire, ++current.n));
      current.messages.splice(0, current.messages.length - MESSAGES_MAX);
      if (current.drawing) return;
      current.drawing = true;
      later(DRAW_MS, draw);
    },
  );
  return { ...heard, problem, isListening: isOpen, clear };
}

function messageOf({ createdAt, from = OUTSIDE, to, name, trace, body }: WireMessage, n: number): Message {
  return { n, atMs: Number(createdAt), from, to, name, trace, body };
}

/** Who has a lifeline, in the order of speaking; `others` last, when there are too many. */
export function endsOf(messages: readonly Message[]): string[] {
  const latest = new Map<string, number>();
  for (const { from, to, n } of messages) for (const end of [from, to]) latest.set(end, n);
  const all = [...latest.keys()];
  if (all.length <= ENDS_MAX) return all;
  const kept = new Set(
    [...latest]
      .sort(([, a], [, b]) => b - a)
      .slice(0, ENDS_MAX - 1)
      .map(([end]) => end),
  );
  return [...all.filter((end) => kept.has(end)), OTHERS];
}

/** `mesos.internal.PingSlaveMessage` is long: its last part says it. */
function shortName(name: string): string {
  return name.includes(' ') ? name : (name.split('.').at(-1) ?? name);
}

/** What a message is, with the kind of the call that it carries. */
export function whatText({ name, body }: Message): string {
  const type = (body as { readonly type?: unknown } | null | undefined)?.type;
  return typeof type === 'string' ? `${shortName(name)} ${type}` : shortName(name);
}

/** `host:port/name` → name, host:port. */
export function endParts(pid: string): readonly [name: string, address: string] {
  const slash = pid.indexOf('/');
  return slash === -1 ? [pid, ''] : [pid.slice(slash + 1), pid.slice(0, slash)];
}
