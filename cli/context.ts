/** What a command has at hand: the terminal, the cluster, and the ways to print. */
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import { jsonText } from '../proto/json.ts';
import type { Config } from './config.ts';
import type { GlobalValues } from './globals.ts';
import { leaderOf } from './http/leader.ts';
import { AgentApi, MasterApi } from './http/operator.ts';
import { type Column, type Paint, tableText } from './output/table.ts';
import { safeText } from './output/text.ts';
import { usageProblem } from './problem.ts';
import type { Terminal } from './terminal.ts';

export class Context {
  readonly terminal: Terminal;
  readonly config: Config;
  /** Programs read what is printed. */
  readonly isJson: boolean;
  readonly paint: Paint;
  #master: MasterApi | undefined;

  /** @throws Problem for a `--color` that is none */
  constructor(terminal: Terminal, config: Config, globals: GlobalValues) {
    this.terminal = terminal;
    this.config = config;
    this.isJson = globals.json;
    const painted = paints(globals.color ?? 'auto', terminal) && !globals.json;
    this.paint = painted
      ? (style, text) => styleText(style, text, { validateStream: false })
      : (_, text) => text;
  }

  get master(): MasterApi {
    this.#master ??= new MasterApi(() => this.leader(), this.config, this.terminal.clock);
    return this.#master;
  }

  /** @param address `host:port` */
  agent(address: string): AgentApi {
    const { master } = this.config;
    const protocol = master.kind === 'address' ? master.url.protocol : master.protocol;
    return new AgentApi(new URL(`${protocol}//${address}`), this.config, this.terminal.clock);
  }

  /** Where the leading master is, or one that knows. @throws Problem when etcd cannot tell */
  leader(): Promise<URL> {
    return leaderOf(this.config.master, this.terminal.clock);
  }

  /** Seconds since the epoch. */
  now(): number {
    return this.terminal.clock.now() / 1000;
  }

  print(line: string): void {
    this.terminal.stdout.write(`${line}\n`);
  }

  /** Words beside the result: they go to stderr, for what is printed may be read by a program. */
  say(line: string): void {
    this.terminal.stderr.write(`${safeText(line, true)}\n`);
  }

  /** A table, or the same rows as a JSON array. */
  list<Row>(rows: readonly Row[], columns: readonly Column<Row>[], json: (row: Row) => unknown): void {
    if (this.isJson) this.json(rows.map(json));
    else this.terminal.stdout.write(tableText(columns, rows, this.paint, this.#room()));
  }

  /** What a person sees is cut to their window; what is read by a program, or kept in a file, is whole. */
  #room(): number | undefined {
    const { isTTY, columns } = this.terminal.stdout;
    return isTTY === true && columns !== undefined && columns > 0 ? columns : undefined;
  }

  json(document: unknown): void {
    this.print(jsonText(document));
  }

  /** Resolves after that many milliseconds. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.terminal.clock.setTimer(delayMs, resolve);
    });
  }

  /** Bytes that may be many: resolves when there is room for more. @param to default: stdout */
  async write(data: Uint8Array, to: Writable = this.terminal.stdout): Promise<void> {
    if (!to.write(data)) await this.flush(to);
  }

  /** Resolves when everything printed has been taken, or nobody takes it any more. */
  async flush(of: Writable = this.terminal.stdout): Promise<void> {
    if (of.writableLength === 0 || of.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        of.off('close', done);
        resolve();
      };
      of.once('close', done);
      of.write('', done);
    });
  }
}

/** https://no-color.org: a variable that is not empty means never, unless asked for. */
function paints(when: string, { stdout, env }: Terminal): boolean {
  if (when === 'always') return true;
  if (when === 'never') return false;
  if (when !== 'auto') throw usageProblem(`--color: expected auto, always or never, got '${when}'`);
  return stdout.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
