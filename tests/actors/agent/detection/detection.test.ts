import { availableParallelism, totalmem } from 'node:os';
import test from 'ava';
import { detectResources, readMachineFacts } from '../../../../actors/agent/detection/index.ts';
import { parseResourceMessages, Resources } from '../../../../proto/resources/index.ts';

const GIB = 1024 ** 3;

/** What is detected beside `--resources=resources`, as text. */
function detect(
  resources: string,
  cpus?: number,
  memoryBytes?: number,
  diskBytes?: number,
  role = '*',
): string {
  const named = new Set(parseResourceMessages(resources).map(({ name }) => name));
  const machine = { cpus, memoryBytes, diskBytes };
  return Resources.of(detectResources({ named, workDir: '/', defaultRole: role, machine })).toString();
}

test('what is not named is detected by Mesos’ rules', (t) => {
  t.is(detect('', 8, 16 * GIB, 100 * GIB), 'cpus:8; mem:15360; disk:97280; ports:[31000-32000]');
});

test('GPUs are offered when they are looked for, and not named', (t) => {
  const machine = { cpus: 1, memoryBytes: 4 * GIB, diskBytes: 20 * GIB };
  const gpus = (named: ReadonlySet<string>) =>
    Resources.of(detectResources({ named, workDir: '/', machine, gpus: 2 })).gpus;
  t.is(gpus(new Set()), 2);
  t.is(gpus(new Set(['gpus'])), 0);
});

test('small machines offer half of their memory and disk', (t) => {
  t.is(detect('', 2, 2 * GIB - 1, 10 * GIB - 1), 'cpus:2; mem:1023; disk:5119; ports:[31000-32000]');
  t.is(detect('', 2, 2 * GIB, 10 * GIB), 'cpus:2; mem:1024; disk:5120; ports:[31000-32000]');
});

test('a machine that tells nothing has the fallbacks', (t) => {
  t.is(detect(''), 'cpus:1; mem:1024; disk:10240; ports:[31000-32000]');
});

test('a name that occurs at all suppresses detection, whatever its role and amount', (t) => {
  t.is(detect('cpus:0;mem(prod):64;gpus:2', 8), 'disk:10240; ports:[31000-32000]');
});

test('what is detected gets the default role', (t) => {
  t.is(detect('mem:5;disk:5;ports:[1-2]', 3, 0, 0, 'web'), 'cpus(reservations: [(STATIC,web)]):3');
});

test('the machine is asked for what it has', (t) => {
  const facts = readMachineFacts('/');
  t.is(facts.cpus, availableParallelism());
  t.is(facts.memoryBytes, totalmem());
  t.true((facts.diskBytes ?? 0) > 0);
  t.is(readMachineFacts('/no/such/folder').diskBytes, undefined);
});
