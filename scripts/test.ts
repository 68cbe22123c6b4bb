/**
 * Runs the tests: all of them, or those of the files that are named.
 *
 * Tests of real processes, browsers and containers share a machine with each other. When a few of a whole run fail, their files
 * run a second time, alone. What passes then is named at the end: it is a defect all the same, of the test or of what it tests.
 * There is no second time for property tests, whose cases are other ones by then; for more than a few files; for what was named;
 * nor for exceptions, crashes and timeouts.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { failures, fileOf } from './support/avaReport.ts';

const FILES_MAX = 3;
const ava = path.join(path.dirname(fileURLToPath(import.meta.resolve('ava'))), 'cli.mjs');
const folder = path.join(process.env.BUILD_DIR ?? 'dist', 'tests');

interface Run {
  /** 0 when all passed. */
  readonly code: number;
  readonly report: string;
}

function run(words: readonly string[]): Promise<Run> {
  const color = process.stdout.isTTY ? ['--color'] : [];
  const child = spawn(process.execPath, [ava, ...color, ...words], { stdio: ['inherit', 'pipe', 'inherit'] });
  let report = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    report += text;
    process.stdout.write(text);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => resolve({ code: code ?? 1, report }));
  });
}

/** @returns the files of these tests; undefined when not all of them may run again */
function again(titles: readonly string[]): string[] | undefined {
  const all = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.test.js'),
  );
  const files = new Set<string>();
  for (const title of titles) {
    const file = fileOf(title, all);
    if (file === undefined || readFileSync(path.join(folder, file), 'utf8').includes("'fast-check'"))
      return undefined;
    files.add(path.join(folder, file));
  }
  return files.size <= FILES_MAX ? [...files] : undefined;
}

async function main(words: readonly string[]): Promise<number> {
  const { code, report } = await run(words);
  const failed = code === 0 || words.length > 0 ? undefined : failures(report);
  const files = failed && again(failed);
  if (failed === undefined || files === undefined) return code;
  process.stdout.write(`\nOnce more, alone: ${files.join(' ')}\n`);
  const second = await run(['--serial', ...files]);
  if (second.code === 0)
    process.stdout.write(
      `\nFailed beside other tests and passed alone; they depend on what else runs, which is to be mended:\n${failed
        .map((title) => `  ${title}\n`)
        .join('')}`,
    );
  return second.code;
}

process.exitCode = await main(process.argv.slice(2));
