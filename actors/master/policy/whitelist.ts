/** `--whitelist`: host names of the agents that may be offered, in a file that is read again and again. */
import { readFile, readFileSync } from 'node:fs';
import type { MasterParts } from '../parts.ts';

/** How often the file is read. */
export const WHITELIST_INTERVAL_MS = 5000;

/** Where the list is. */
export interface WhitelistSource {
  /** What it was when the master began. */
  readonly first: readonly string[];
  /** Reads it again; called back from the event loop. */
  read(done: (result: readonly string[] | Error) => void): void;
}

export class Whitelist {
  private readonly parts: MasterParts;
  private readonly source: WhitelistSource | undefined;
  private known = '';

  constructor(parts: MasterParts, source: WhitelistSource | undefined) {
    this.parts = parts;
    this.source = source;
  }

  /** The master leads: the list is in force, and followed. */
  start(): void {
    if (this.source === undefined) return;
    this.take(this.source.first);
    this.wait(this.source);
  }

  private wait(source: WhitelistSource): void {
    const { delay, defer } = this.parts.actor;
    delay(WHITELIST_INTERVAL_MS, () =>
      source.read(
        defer((result: readonly string[] | Error) => {
          this.take(result);
          this.wait(source);
        }),
      ),
    );
  }

  /** A list that cannot be read stays what it was. */
  private take(result: readonly string[] | Error): void {
    const { actor, allocation } = this.parts;
    if (result instanceof Error) {
      actor.log.error('--whitelist cannot be read; it stays as it was', { error: result.message });
      return;
    }
    const text = result.join('\n');
    if (text === this.known) return;
    this.known = text;
    actor.log.info('whitelist changed', { hosts: result.length });
    allocation.setWhitelist(result);
  }
}

/** @throws the file system's error */
export function whitelistFile(path: string): WhitelistSource {
  return {
    first: hostsOf(readFileSync(path, 'utf8')),
    read: (done) => readFile(path, 'utf8', (error, text) => done(error ?? hostsOf(text))),
  };
}

/** One host name a line. */
function hostsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
