/**
 * `npm run bench [-- suite …]`: runs each suite in a process of its own, prints one table with ratios to what was measured
 * beside it in the same run, and writes bench/results/<suites>.json. Absolute figures of a shared machine prove little; the
 * ratios are what to compare.
 */
import { fork } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './support/figures.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

function suitesAsked(): string[] {
  const known = readdirSync(path.join(here, 'suites'))
    .filter((name) => name.endsWith('.js') || name.endsWith('.ts'))
    .map((name) => name.replace(/\.[jt]s$/, ''))
    .sort();
  const asked = process.argv.slice(2);
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`bench: there is no suite '${unknown}'; there are: ${known.join(', ')}`);
    process.exit(64);
  }
  return asked.length > 0 ? asked : known;
}

function runSuite(name: string): Promise<Figure[]> {
  return new Promise((resolve, reject) => {
    const figures: Figure[] = [];
    const child = fork(path.join(here, 'suites', `${name}.js`), {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', (message) => figures.push(...(message as { figures: Figure[] }).figures));
    child.on('exit', (code, signal) => {
      if (code === 0) resolve(figures);
      else reject(new Error(`suite '${name}' ended with ${signal ?? code}`));
    });
  });
}

const ratioOf = (figure: Figure, all: readonly Figure[]): number | undefined => {
  const peer = all.find((other) => other.suite === figure.suite && other.name === figure.beside);
  return peer === undefined ? undefined : figure.value / peer.value;
};

function short(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(0)} k`;
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function table(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const ratio = ratioOf(figure, figures);
    return [
      figure.suite,
      figure.name,
      `${short(figure.value)} ${figure.unit}`,
      figure.p99 === undefined ? '' : short(figure.p99),
      ratio === undefined ? '' : `${ratio.toFixed(2)} × ${figure.beside}`,
    ];
  });
  const head = ['suite', 'what', 'median', 'p99', 'ratio'];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const names = suitesAsked();
const figures: Figure[] = [];
for (const name of names) {
  console.error(`bench: ${name} …`);
  figures.push(...(await runSuite(name)));
}
console.log(table(figures));
const results = path.resolve(here, '../../bench/results');
mkdirSync(results, { recursive: true });
const file = path.join(results, `${names.length === 1 ? names[0] : 'all'}.json`);
const machine = {
  node: process.version,
  cpus: os.availableParallelism(),
  cpu: os.cpus()[0]?.model ?? 'unknown',
};
const withRatios = figures.map((figure) => ({ ...figure, ratio: ratioOf(figure, figures) }));
writeFileSync(file, `${JSON.stringify({ machine, figures: withRatios }, undefined, 2)}\n`);
console.error(`bench: written to ${path.relative(process.cwd(), file)}`);
