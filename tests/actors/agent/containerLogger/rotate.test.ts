/** Output of containers is rotated while it is written. */
import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import test from 'ava';
import { logLimits } from '../../../../actors/agent/containerLogger/limits.ts';
import { rotateFile } from '../../../../actors/agent/containerLogger/rotate.ts';
import { HeldFolder, withHeld } from '../../../../actors/agent/heldFolder.ts';
import { TaskState } from '../../../../proto/generated/types/v1.ts';
import { until } from '../../../support/until.ts';
import { registeredAgent, temporaryFolder } from '../support/realAgent.ts';
import { commandTask } from '../support/testMaster.ts';

const LIMIT = { bytesMax: 10, kept: 2 };

const rotate = (path: string): Promise<boolean> =>
  withHeld(HeldFolder.open(dirname(path)), (folder) => rotateFile(folder, basename(path), LIMIT));

test('who has the file open writes on at its beginning; so many old ones are kept', async (t) => {
  const path = join(temporaryFolder(t), 'stdout');
  const writer = fs.openSync(path, 'a');
  t.teardown(() => fs.closeSync(writer));
  for (const text of ['first text of many', 'second text of many', 'third text of many']) {
    fs.writeSync(writer, text);
    t.true(await rotate(path));
  }
  fs.writeSync(writer, 'short');
  t.false(await rotate(path));
  t.is(fs.readFileSync(path, 'utf8'), 'short');
  t.is(fs.readFileSync(`${path}.1`, 'utf8'), 'third text of many');
  t.is(fs.readFileSync(`${path}.2`, 'utf8'), 'second text of many');
  t.false(fs.existsSync(`${path}.3`));
});

test('what cannot be copied stays, and so do the old files', async (t) => {
  const path = join(temporaryFolder(t), 'stdout');
  for (const name of [path, `${path}.1`, `${path}.2`]) fs.writeFileSync(name, `the text of ${name}`);
  // In the way of the copy, as a full disk is.
  fs.mkdirSync(`${path}.rotating`);
  for (let look = 0; look < 3; look++) await t.throwsAsync(rotate(path));
  for (const name of [path, `${path}.1`, `${path}.2`])
    t.is(fs.readFileSync(name, 'utf8'), `the text of ${name}`);
});

test('a link, a second name of another file and a folder are left alone', async (t) => {
  const folder = temporaryFolder(t);
  const other = join(folder, 'other');
  fs.writeFileSync(other, 'somebody else has written this');
  fs.symlinkSync(other, join(folder, 'link'));
  fs.linkSync(other, join(folder, 'name'));
  fs.mkdirSync(join(folder, 'folder'));
  for (const name of ['link', 'name', 'folder', 'nothing']) t.false(await rotate(join(folder, name)), name);
  t.is(fs.readFileSync(other, 'utf8'), 'somebody else has written this');
});

test('parameters that make no sense are named', (t) => {
  const of = (name: string, value: string) => () =>
    logLimits((asked) => (asked === name ? value : undefined));
  t.throws(of('max_stdout_size', '12B'), { message: "max_stdout_size: expected at least 4096B, got '12B'" });
  t.throws(of('logrotate_stderr_options', 'compress'), {
    message: /^logrotate_stderr_options: expected 'rotate N'/,
  });
  t.deepEqual(of('logrotate_stderr_options', 'rotate 9')().stderr, { bytesMax: 10_485_760, kept: 9 });
});

test('a task that writes more than its limit: nothing is lost while it pauses, the files stay small', async (t) => {
  const parameters = [
    { key: 'max_stdout_size', value: '4KB' },
    { key: 'logrotate_stdout_options', value: 'rotate 3' },
  ];
  const name = 'org_apache_mesos_LogrotateContainerLogger';
  const { master, workDir } = await registeredAgent(t, {
    container_logger: name,
    modules: JSON.stringify({ libraries: [{ modules: [{ name, parameters }] }] }),
  });
  // At once: what is rotated between two writes leaves the second one, which may be too little to be rotated, too.
  const talks = 'seq 2000 | dd bs=64k iflag=fullblock 2>/dev/null';
  master.run(commandTask('talker', `${talks}; while [ ! -e go ]; do sleep 0.1; done; echo the end`));
  const sandbox = `${workDir}/slaves/agent-S0/frameworks/framework-0000/executors/talker/runs/latest`;
  const text = (file: string) => fs.readFileSync(`${sandbox}/${file}`, 'utf8');
  await until('it is rotated', () => fs.existsSync(`${sandbox}/stdout.1`) && text('stdout') === '');
  t.true(text('stdout.1').endsWith('\n1999\n2000\n'));
  fs.writeFileSync(`${sandbox}/go`, '');
  await until('it ends', () => master.states('talker').includes(TaskState.TASK_FINISHED));
  t.is(text('stdout'), 'the end\n');
});

test('secrets of the environment: given ones are there, those referred to fail the task clearly', async (t) => {
  const { master, workDir } = await registeredAgent(t);
  const secret = (name: string, what: object) => ({ variables: [{ name, type: 2 as const, secret: what }] });
  const value = 'test "$PASS" = pa\\$\\$ && echo known';
  const given = secret('PASS', { type: 2, value: { data: Buffer.from('pa$$') } });
  master.run(commandTask('given', value, { command: { value, environment: given } }));
  const referred = secret('PASS', { type: 1, reference: { name: 'vault' } });
  master.run(commandTask('referred', value, { command: { value, environment: referred } }));
  for (const id of ['given', 'referred'])
    await until(`${id} ends`, () =>
      master.states(id).some((s) => s === TaskState.TASK_FINISHED || s === TaskState.TASK_FAILED),
    );
  const sandbox = `${workDir}/slaves/agent-S0/frameworks/framework-0000/executors/given/runs/latest`;
  t.is(fs.readFileSync(`${sandbox}/stdout`, 'utf8'), 'known\n');
  t.regex(
    master.statuses('referred').at(-1)?.message ?? '',
    /'PASS': a secret by reference cannot be resolved/,
  );
});
