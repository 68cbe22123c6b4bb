// What is committed in proto/generated/ is what the generator makes of the .proto files now.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { enumName, TaskState, TaskStatusReason } from '../../proto/index.ts';
import { generate } from '../../scripts/generate-proto.ts';
import { protoDirectory } from './repository.ts';

const generatedDirectory = path.join(protoDirectory, 'generated');

test('the generated files are up to date', (t) => {
  const files = generate(protoDirectory);
  for (const file of files) {
    const committed = readFileSync(path.join(generatedDirectory, file.path), 'utf8');
    t.true(committed === file.text, `proto/generated/${file.path} is stale: run \`npm run generate\``);
  }
  const present = readdirSync(generatedDirectory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.split(path.sep).join('/'));
  t.deepEqual(present.sort(), files.map((file) => file.path).sort());
});

test('enums carry Mesos numbers and give their names back', (t) => {
  t.is(TaskState.TASK_STAGING, 6);
  t.is(enumName(TaskState, 1), 'TASK_RUNNING');
  t.is(enumName(TaskStatusReason, TaskStatusReason.REASON_AGENT_REMOVED), 'REASON_AGENT_REMOVED');
  t.is(enumName(TaskState, 4711), '4711');
  t.is(enumName(TaskState, undefined), 'UNSET');
  t.is(enumName({ FIRST: 1, ALIAS: 1 }, 1), 'FIRST');
});
