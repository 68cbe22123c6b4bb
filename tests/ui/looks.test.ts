/** What the page shows of a cluster that changes all the time: one question after the other, and every answer counts. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { transformWithOxc } from 'vite';
import { repositoryRoot } from '../support/processes.ts';

interface Looks {
  look(change: unknown): void;
  again(): void;
  end(): void;
}
interface Module {
  looksOf(props: {
    ask(): Promise<string>;
    answered(value: string): void;
    failed(error: unknown): void;
  }): Looks;
}

/** The page's own source; it is no part of what is compiled for Node. */
async function load(): Promise<Module> {
  const file = path.join(repositoryRoot, 'ui/src/looks.ts');
  const { code } = await transformWithOxc(readFileSync(file, 'utf8'), file);
  return import(`data:text/javascript,${encodeURIComponent(code)}`) as Promise<Module>;
}

async function looking() {
  const { looksOf } = await load();
  const asked: { answer(value: string): void; refuse(error: Error): void }[] = [];
  const shown: string[] = [];
  const looks = looksOf({
    ask: () => new Promise((answer, refuse) => asked.push({ answer, refuse })),
    answered: (value) => shown.push(value),
    failed: (error) => shown.push(String(error)),
  });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const answer = async (value: string) => {
    asked.at(-1)?.answer(value);
    await settle();
  };
  const refuse = async (text: string) => {
    asked.at(-1)?.refuse(new Error(text));
    await settle();
  };
  return { looks, asked, shown, answer, refuse };
}

test('changes that come faster than answers hold none back, and are asked about once, afterwards', async (t) => {
  const { looks, asked, shown, answer } = await looking();
  for (const change of [1, 2, 3]) looks.look(change);
  t.is(asked.length, 1);
  await answer('one');
  t.deepEqual(shown, ['one']);
  t.is(asked.length, 2);
  looks.look(4);
  await answer('three');
  await answer('four');
  t.deepEqual(shown, ['one', 'three', 'four']);
  looks.look(4);
  t.is(asked.length, 3, 'nothing is new');
});

test('what was refused is told, and can be asked again; what ended shows nothing and asks nothing', async (t) => {
  const { looks, asked, shown, answer, refuse } = await looking();
  looks.look(1);
  await refuse('no');
  t.deepEqual(shown, ['Error: no']);
  looks.again();
  looks.again();
  t.is(asked.length, 2);
  await answer('yes');
  t.deepEqual(shown, ['Error: no', 'yes']);
  looks.look(2);
  looks.look(3);
  looks.end();
  await answer('late');
  looks.again();
  t.deepEqual(shown, ['Error: no', 'yes']);
  t.is(asked.length, 3);
});
