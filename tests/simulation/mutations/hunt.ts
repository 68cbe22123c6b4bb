/** Builds a deliberately wrong copy of the program and lets the simulation look for what is wrong. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutation } from './list.ts';

const BUILD = fileURLToPath(new URL('../../../', import.meta.url));
const ROOT = join(BUILD, '..');
/** Folders of what is compiled that a simulation needs. */
const NEEDED = ['runtime', 'proto', 'statecharts', 'actors', 'tests', 'scripts', 'cli'];

export interface Found {
  readonly seed: number;
  /** Number and text of the invariant that broke. */
  readonly problem: string;
}

/** A copy of the compiled program in which things can be changed. */
export class Copy {
  private readonly folder = mkdtempSync(join(tmpdir(), 'mutations-'));

  constructor() {
    for (const name of NEEDED)
      cpSync(join(BUILD, name), join(this.folder, 'dist', name), { recursive: true });
    for (const name of ['node_modules', 'package.json', 'actors'])
      symlinkSync(join(ROOT, name), join(this.folder, name));
  }

  /**
   * Plays seeds from 1 on until one fails.
   * @param jobs processes that play; default: one a core
   * @returns undefined when none of them does
   * @throws Error when the text that is to be replaced is not there once
   */
  async hunt(mutation: Mutation, seedsMax: number, jobs?: number): Promise<Found | undefined> {
    const { file, find, replace, scenario = 'cluster' } = mutation;
    const path = join(this.folder, 'dist', file);
    const right = readFileSync(path, 'utf8');
    if (right.split(find).length !== 2) throw new Error(`${file}: expected once: ${find}`);
    writeFileSync(
      path,
      right.replace(find, () => replace),
    );
    try {
      const options = [`--seeds=${seedsMax}`, `--scenario=${scenario}`, '--first'];
      if (jobs !== undefined) options.push(`--jobs=${jobs}`);
      return foundIn(await this.simulate(options));
    } finally {
      writeFileSync(path, right);
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }

  private simulate(options: readonly string[]): Promise<string> {
    const program = join(this.folder, 'dist/scripts/simulate.js');
    return new Promise((resolve, reject) => {
      execFile(process.execPath, [program, ...options], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
        // 1: a seed failed, as it is meant to.
        if (error === null || error.code === 1) resolve(stdout);
        else reject(new Error(`${program}: ${stderr}`));
      });
    });
  }
}

function foundIn(output: string): Found | undefined {
  const match = /^\w+, seed (\d+): (.*)$/m.exec(output);
  if (match?.[1] === undefined) return undefined;
  return { seed: Number(match[1]), problem: match[2] ?? '' };
}
