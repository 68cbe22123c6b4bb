/** Deliberate mistakes are found; all of them by `npm run mutations`. */
import test from 'ava';
import { Copy } from './mutations/hunt.ts';
import { mutations } from './mutations/list.ts';

const SEEDS_MAX = 20;

for (const [name, invariant] of [
  ['an update is forwarded before it is stored', /21:/],
  ['resources are not recovered when a task ends', /28:|30:/],
] as const) {
  test(`the simulation finds that ${name}`, async (t) => {
    const mutation = mutations.find((each) => each.name === name);
    if (mutation === undefined) throw new Error(`there is no mutation '${name}'`);
    const copy = new Copy();
    t.teardown(() => copy.remove());
    const found = await copy.hunt(mutation, SEEDS_MAX);
    t.regex(found?.problem ?? '', invariant);
  });
}

test('a mutation that changes nothing is refused', async (t) => {
  const copy = new Copy();
  t.teardown(() => copy.remove());
  const mutation = { name: 'none', file: 'actors/master/tasks/tasks.js', find: 'no such text', replace: '' };
  await t.throwsAsync(copy.hunt(mutation, 1), { message: /tasks\.js: expected once: no such text/ });
});
