import { availableParallelism, totalmem } from 'node:os';
import test from 'ava';
import { detectResources, readMachineFacts } from '../../../../actors/agent/detection/index.ts';

const GIB = 1024 ** 3;

function detect(
  resources: string,
  cpus?: number,
  memoryBytes?: number,
  diskBytes?: number,
  defaultRole = '*',
): string {
  const machine = { cpus, memoryBytes, diskBytes };
  return detectResources({ resources, workDir: '/', defaultRole, machine }).toString();
}

test('what is not named is detected by Mesos’ rules', (t) => {
  t.is(detect('', 8, 16 * GIB, 100 * GIB), 'cpus:8; mem:15360; disk:97280; ports:[31000-32000]');
});

test('small machines offer half of their memory and disk', (t) => {
  t.is(detect('', 2, 2 * GIB - 1, 10 * GIB - 1), 'cpus:2; mem:1023; disk:5119; ports:[31000-32000]');
  t.is(detect('', 2, 2 * GIB, 10 * GIB), 'cpus:2; mem:1024; disk:5120; ports:[31000-32000]');
});

test('a machine that tells nothing has the fallbacks', (t) => {
  t.is(detect(''), 'cpus:1; mem:1024; disk:10240; ports:[31000-32000]');
});

test('a name that occurs at all suppresses detection, whatever its role and amount', (t) => {
  t.is(
    detect('cpus:0;mem(prod):64;gpus:2', 8),
    'mem(reservations: [(STATIC,prod)]):64; gpus:2; disk:10240; ports:[31000-32000]',
  );
});

test('what is detected gets the default role', (t) => {
  const text = detect('mem(*):5', 3, 0, 0, 'web');
  t.true(text.includes('cpus(reservations: [(STATIC,web)]):3'), text);
  t.true(text.startsWith('mem:5'), text);
});

test('bad text is refused', (t) => {
  t.throws(() => detect('cpus:lots'), { message: /resource item "cpus:lots"/ });
});

test('the machine is asked for what it has', (t) => {
  const facts = readMachineFacts('/');
  t.is(facts.cpus, availableParallelism());
  t.is(facts.memoryBytes, totalmem());
  t.true((facts.diskBytes ?? 0) > 0);
  t.is(readMachineFacts('/no/such/folder').diskBytes, undefined);
});
