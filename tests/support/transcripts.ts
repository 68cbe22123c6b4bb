/**
 * Transcripts of runs, compared with expected files beside the test: one learns a protocol by reading them.
 * `UPDATE_TRANSCRIPTS=1 npm test` writes them anew; read the difference before committing it.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import { repositoryRoot } from './processes.ts';

/** @param name of the file below tests/, without ending: `runtime/simulation/transcripts/partition` */
export function sameTranscript(t: ExecutionContext, name: string, text: string): void {
  const file = path.join(repositoryRoot, 'tests', `${name}.txt`);
  if (process.env['UPDATE_TRANSCRIPTS'] === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  t.is(
    text,
    existsSync(file) ? readFileSync(file, 'utf8') : `no file ${name}.txt: run with UPDATE_TRANSCRIPTS=1`,
  );
}
