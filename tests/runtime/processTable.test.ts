import test from 'ava';
import { createLogger } from '../../runtime/logging/index.ts';
import { Mailbox } from '../../runtime/mailbox.ts';
import { Pid } from '../../runtime/pid.ts';
import { Process } from '../../runtime/process.ts';
import { ProcessTable } from '../../runtime/processTable.ts';
import { virtualPorts } from '../../runtime/virtualPorts.ts';

class Idle extends Process {}

const mailbox = (id: string) => new Mailbox(new Pid(id, '127.0.0.1', 5050), new Idle(id));

test('a taken id is refused by name and address, and is free again after the end', (t) => {
  const table = new ProcessTable();
  table.add(mailbox('a'));
  t.throws(() => table.add(mailbox('a')), { message: "a process 'a' exists on 127.0.0.1:5050" });
  table.remove('a');
  t.false(table.has('a'));
  t.notThrows(() => table.add(mailbox('a')));
});

test('whoever waits goes on when that process ends, not before another one does; without a process at once', async (t) => {
  const table = new ProcessTable();
  for (const id of ['a', 'b']) table.add(mailbox(id));
  const ended: string[] = [];
  const waits = ['a', 'b'].map((id) => table.endOf(id).then(() => ended.push(id)));
  table.remove('b');
  await waits[1];
  t.deepEqual(ended, ['b']);
  table.remove('a');
  await waits[0];
  t.deepEqual(ended, ['b', 'a']);
  await table.endOf('a');
});

test('generated ids count by prefix, and are not used again', (t) => {
  const table = new ProcessTable();
  const ids = ['slave', 'slave', 'http', 'slave'].map((prefix) => table.generateId(prefix));
  t.deepEqual(ids, ['slave(1)', 'slave(2)', 'http(1)', 'slave(3)']);
});

test('a logger is made once for an id, until its process ends', (t) => {
  const table = new ProcessTable();
  const log = createLogger({ clock: virtualPorts(1).clock, sink: { write() {}, flush() {} } });
  const logger = table.loggerFor('a', log);
  t.is(table.loggerFor('a', log), logger);
  table.remove('a');
  t.not(table.loggerFor('a', log), logger);
});
