/** What people read most has a Chinese text: titles, names, labels of actions, and whatever is asked for by `t`. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { repositoryRoot } from '../support/processes.ts';

const SOURCES = path.join(repositoryRoot, 'ui/src');
const ASKED = [
  /\bt\(\s*'((?:[^'\\]|\\.)+)'/g,
  /\bt\(\s*"([^"]+)"/g,
  // Either of two.
  /\bt\([^()'{}]*\? '((?:[^'\\]|\\.)+)' :/g,
  /\bt\([^()'{}]*\? '(?:[^'\\]|\\.)+' : '((?:[^'\\]|\\.)+)'/g,
  /<Fact name="([^"]+)"/g,
  /\btitle: '([^']+)'/g,
  /\blabel="([^"]+)"/g,
  /\bquestion="([^"]+)"/g,
  /\b(?:nothing|title|text)="([^"]+)"/g,
  /^(?:const [A-Z_]+ =\n)? {2}'((?:[^'\\]|\\.)+)';$/gm,
];
/** What a form asks for, as a table. */
const FORM = [/\b(?:title|label|hint): '((?:[^'\\]|\\.)+)'/g];
/** What is the same in every language: notations, units, names of interfaces. */
const SAME = /^(API|all; .*|cpus:.*|.*:.*;.*)$/;

test('every text that is asked for in the language of the reader is in the table', (t) => {
  const tables = path.join(SOURCES, 'chinese');
  const table = readdirSync(tables)
    .map((name) => readFileSync(path.join(tables, name), 'utf8'))
    .join('\n');
  const known = new Set(
    [...table.matchAll(/^ {2}(?:(\w+)|'((?:[^'\\]|\\.)+)'|"([^"]+)"):/gm)].map(
      ([, word, single, double]) => word ?? double ?? single?.replaceAll("\\'", "'") ?? '',
    ),
  );
  t.true(known.size > 250);
  const missing = new Set<string>();
  for (const name of readdirSync(SOURCES, { recursive: true })) {
    if (typeof name !== 'string' || !/\.tsx?$/.test(name) || name.startsWith('chinese')) continue;
    const source = readFileSync(path.join(SOURCES, name), 'utf8');
    for (const pattern of name.endsWith('sections.ts') ? FORM : ASKED)
      for (const [, text = ''] of source.matchAll(pattern)) {
        const plain = text.replaceAll("\\'", "'");
        if (!known.has(plain) && !SAME.test(plain)) missing.add(`${name}: ${plain}`);
      }
  }
  t.deepEqual([...missing], []);
});
