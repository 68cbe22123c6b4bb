/** What waits for a process. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { Mailbox, type ProcessEvent } from '../../runtime/mailbox.ts';
import { Pid } from '../../runtime/pid.ts';
import { Process } from '../../runtime/process.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

class Quiet extends Process {}

const message = (body: object): ProcessEvent => ({ kind: 'message', name: 'm', body, from: undefined });

/** @returns how many of the bodies are still somewhere, when nobody but the mailbox could have them */
async function kept(refs: readonly WeakRef<object>[]): Promise<number> {
  // What a turn has seen lives as long as it.
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  return refs.filter((ref) => ref.deref() !== undefined).length;
}

test('a message that was handled is let go while others wait', async (t) => {
  const mailbox = new Mailbox(new Pid('a', '127.0.0.1', 1), new Quiet('a'));
  const refs = ((): WeakRef<object>[] => {
    const bodies = Array.from({ length: 100 }, () => ({ large: new Uint8Array(1000) }));
    for (const body of bodies) mailbox.push(message(body));
    return bodies.map((body) => new WeakRef(body));
  })();
  t.is(await kept(refs), 100);
  for (let n = 0; n < 60; n++) mailbox.shift();
  t.is(mailbox.length, 40);
  // The engine may have one of them somewhere yet.
  t.true((await kept(refs)) < 50);
  mailbox.pushFront({ kind: 'terminate' });
  t.deepEqual(mailbox.shift(), { kind: 'terminate' });
  t.is(mailbox.clear().length, 40);
});
