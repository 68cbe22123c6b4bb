/**
 * Bounds what plugins compute: they answer in Marathon's own thread, and one that never ended would hold all of it. V8 ends a script
 * by force when its time is over, wherever it is; no other code is cut short by that, for nothing but plugins runs within.
 */
import { createContext, Script } from 'node:vm';
import type { Clock } from '../../../../runtime/index.ts';

/** Not asked for so long, in milliseconds: else whoever asks it again and again would hold Marathon as surely. */
const REST_MS = 60_000;
const CALL = new Script('ask()');

export interface PluginWatchOptions {
  readonly clock: Clock;
  /** A plugin that computes for longer is ended, in milliseconds of real time. */
  readonly limitMs: number;
}

class TookTooLong extends Error {
  /** The plugin that was asked when the time was over. */
  readonly plugin: string;

  constructor(plugin: string, message: string) {
    super(message);
    this.plugin = plugin;
  }
}

export class PluginWatch {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #context: { ask?: () => unknown } = createContext({});
  readonly #restUntilMs = new Map<string, number>();
  /** The plugin that was asked last; while nobody watches, undefined. */
  #asked: string | undefined;

  constructor({ clock, limitMs }: PluginWatchOptions) {
    this.#clock = clock;
    this.#limitMs = Math.max(1, limitMs);
  }

  /**
   * Asks a plugin.
   * @throws what it throws; Error when it computes for too long, or did a moment ago
   */
  ask<T>(plugin: string, ask: () => T): T {
    const restMs = (this.#restUntilMs.get(plugin) ?? 0) - this.#clock.monotonic();
    if (restMs > 0) throw new Error(`${this.#tooLong}; it is asked again in ${Math.ceil(restMs / 1000)} s`);
    if (this.#asked === undefined) return this.#watched(plugin, ask);
    this.#asked = plugin;
    return ask();
  }

  /**
   * What asks plugins many times, and changes nothing, is watched once: to watch costs some hundredths of a millisecond.
   * @throws what it throws; Error when all of it takes too long
   */
  together<T>(run: () => T): T {
    try {
      return this.#watched('', run);
    } catch (error) {
      if (error instanceof TookTooLong) throw new Error(`plugin ${error.plugin}: ${error.message}`);
      throw error;
    }
  }

  #watched<T>(plugin: string, run: () => T): T {
    this.#asked = plugin;
    this.#context.ask = run;
    try {
      // The context is ours, and so is what it calls.
      return CALL.runInContext(this.#context, { timeout: this.#limitMs }) as T;
    } catch (error) {
      if ((error as { code?: unknown } | undefined)?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      this.#restUntilMs.set(this.#asked, this.#clock.monotonic() + REST_MS);
      throw new TookTooLong(this.#asked, this.#tooLong);
    } finally {
      this.#asked = undefined;
      delete this.#context.ask;
    }
  }

  get #tooLong(): string {
    return `it computed for longer than ${this.#limitMs} ms (--plugin_timeout)`;
  }
}
