/** The processes of a node by their ids, the logger of each, and who waits for their ends. */
import type { Logger } from './logging/index.ts';
import type { Mailbox } from './mailbox.ts';

export class ProcessTable {
  private readonly byId = new Map<string, Mailbox>();
  private readonly prefixes = new Map<string, number>();
  private readonly loggers = new Map<string, Logger>();
  private readonly waiters = new Map<string, (() => void)[]>();

  /** @throws when the id is taken */
  add(mailbox: Mailbox): void {
    const { id, address } = mailbox.pid;
    if (this.byId.has(id)) throw new Error(`a process '${id}' exists on ${address}`);
    this.byId.set(id, mailbox);
  }

  get(id: string): Mailbox | undefined {
    return this.byId.get(id);
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  /** In order of their spawning. */
  list(): readonly Mailbox[] {
    return [...this.byId.values()];
  }

  /** `slave` → `slave(1)`, `slave(2)`, …, as libprocess makes ids. */
  generateId(prefix: string): string {
    const n = (this.prefixes.get(prefix) ?? 0) + 1;
    this.prefixes.set(prefix, n);
    return `${prefix}(${n})`;
  }

  /** The logger of that id, made from `log` when it is first asked for. */
  loggerFor(id: string, log: Logger): Logger {
    let logger = this.loggers.get(id);
    if (logger === undefined) {
      logger = log.child(id);
      this.loggers.set(id, logger);
    }
    return logger;
  }

  /** Resolves when the process of that id has ended; at once when there is none. */
  endOf(id: string): Promise<void> {
    if (!this.byId.has(id)) return Promise.resolve();
    return new Promise((resolve) => {
      const waiting = this.waiters.get(id) ?? [];
      waiting.push(resolve);
      this.waiters.set(id, waiting);
    });
  }

  /** The name is free, whoever waits goes on. */
  remove(id: string): void {
    this.byId.delete(id);
    this.loggers.delete(id);
    const waiting = this.waiters.get(id) ?? [];
    this.waiters.delete(id);
    for (const resolve of waiting) resolve();
  }
}
