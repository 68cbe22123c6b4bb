/**
 * Events for those who follow what happens (spec: marathon.md §8). Each has a number; the last ones are kept, so that a
 * follower who lost the connection goes on where it was.
 */
import type { Clock } from '../../../../runtime/index.ts';

/** Kept for followers that come back. */
const RING_MAX = 4_096;

/** Types beside Marathon's own; strict clients refuse what they do not know. */
const EXTENSIONS: ReadonlySet<string> = new Set(['deployment_paused', 'deployment_resumed']);

/** One event. Its texts are made when the first one wants them: most events are followed by nobody. */
export class MarathonEvent {
  readonly number: number;
  readonly type: string;
  /** Not one of Marathon's own: only for followers that ask for it. */
  readonly extension: boolean;
  readonly #members: object;
  readonly #more: (() => object) | undefined;
  readonly #atMs: number;
  #data: string | undefined;
  #full: string | undefined;

  /** @param more members beside, for `full` */
  constructor(number: number, type: string, atMs: number, members: object, more?: () => object) {
    this.number = number;
    this.type = type;
    this.extension = EXTENSIONS.has(type);
    this.#atMs = atMs;
    this.#members = members;
    this.#more = more;
  }

  /** One line of JSON, with `eventType` and `timestamp`. */
  get data(): string {
    this.#data ??= JSON.stringify({ ...this.#members, ...this.#stamp });
    return this.#data;
  }

  /** The same with the definitions of the services concerned, where there are any: what is not `plan-format=light`. */
  get full(): string {
    if (this.#more === undefined) return this.data;
    this.#full ??= JSON.stringify({ ...this.#members, ...this.#more(), ...this.#stamp });
    return this.#full;
  }

  get #stamp(): object {
    return { eventType: this.type, timestamp: isoTime(this.#atMs) };
  }
}

export type Follower = (event: MarathonEvent) => void;

export class EventBus {
  readonly #clock: Clock;
  readonly #afterStore: (run: () => void) => void;
  readonly #followers = new Set<Follower>();
  /** Each program's own, so that numbers of an earlier run are not taken for present ones. */
  readonly epoch: string;
  #ring: MarathonEvent[] = [];
  #last = 0;

  /** @param afterStore runs a publication when what it tells of is durable */
  constructor(clock: Clock, epoch: string, afterStore: (run: () => void) => void) {
    this.#clock = clock;
    this.epoch = epoch;
    this.#afterStore = afterStore;
  }

  get followers(): number {
    return this.#followers.size;
  }

  /**
   * @param members not changed any more
   * @param full members beside, for followers that do not ask for the light form
   */
  publish(type: string, members: object, full?: () => object): void {
    const atMs = this.#clock.now();
    this.#afterStore(() => {
      const event = new MarathonEvent(++this.#last, type, atMs, members, full);
      this.#ring.push(event);
      if (this.#ring.length > RING_MAX) this.#ring = this.#ring.slice(-RING_MAX / 2);
      for (const follower of [...this.#followers]) follower(event);
    });
  }

  /** @returns ends it */
  follow(follower: Follower): () => void {
    this.#followers.add(follower);
    return () => void this.#followers.delete(follower);
  }

  /** Events after the one with this id; undefined when some of them are not kept any more, or the id is of another run. */
  since(id: string): readonly MarathonEvent[] | undefined {
    const [epoch, number] = id.split(':');
    const after = Number(number);
    if (epoch !== this.epoch || !Number.isSafeInteger(after)) return undefined;
    const first = this.#ring[0]?.number ?? this.#last + 1;
    if (after + 1 < first || after > this.#last) return undefined;
    return this.#ring.filter((event) => event.number > after);
  }
}

/** ISO-8601 in UTC with milliseconds, as all times of the API are. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
