/** The actors the message benches are made of. */
import { type Pid, Process } from '../../runtime/index.ts';

export interface BenchMessages {
  /** a payload to count */
  x: unknown;
  /** how many were counted so far */
  seen: number;
  ping: unknown;
  pong: unknown;
}

/** Counts; tells the sender after every `every` messages. */
export class Counter extends Process<BenchMessages> {
  private n = 0;
  private readonly every: number;

  constructor(id: string, every: number) {
    super(id);
    this.every = every;
  }

  override initialize(): void {
    this.install('x', (_body, from) => {
      if (++this.n % this.every === 0) this.send(from, 'seen', this.n);
    });
    this.install('ping', (body, from) => this.send(from, 'pong', body));
  }
}

/** Sends bursts with a bounded number on their way, or plays ping-pong. */
export class Sender extends Process<BenchMessages> {
  private sent = 0;
  private goal = 0;
  private base = 0;
  private rounds = 0;
  private done: () => void = () => {};
  private readonly to: Pid;
  private readonly window: number;
  private readonly payload: unknown;

  constructor(id: string, to: Pid, window: number, payload: unknown) {
    super(id);
    this.to = to;
    this.window = window;
    this.payload = payload;
  }

  override initialize(): void {
    this.install('seen', (n) => {
      this.pump(n);
      if (n >= this.goal) this.done();
    });
    this.install('pong', (body) => {
      if (--this.rounds > 0) this.send(this.to, 'ping', body);
      else this.done();
    });
  }

  /** Resolves when `n` further messages were counted. */
  burst(n: number): Promise<void> {
    return new Promise((resolve) => {
      this.done = resolve;
      this.base = this.goal;
      this.goal += n;
      this.dispatch(() => this.pump(this.base));
    });
  }

  /** Resolves after `n` round trips, one in flight. */
  rally(n: number): Promise<void> {
    return new Promise((resolve) => {
      this.done = resolve;
      this.rounds = n;
      this.dispatch(() => this.send(this.to, 'ping', this.payload));
    });
  }

  private pump(seen: number): void {
    while (this.sent < this.goal && this.sent - seen < this.window) {
      this.send(this.to, 'x', this.payload);
      this.sent++;
    }
  }
}
