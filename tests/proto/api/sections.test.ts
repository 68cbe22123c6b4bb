/** Messages written in sections are the messages, in both encodings. */
import test from 'ava';
import { type Section, writeSections } from '../../../proto/api/sections.ts';
import { decodeAs, encodeAs, MasterResponseType, type Task, toJsonText } from '../../../proto/index.ts';
import { JSON_TYPE, PROTOBUF_TYPE } from '../../../proto/mediaTypes.ts';

const RESPONSE = 'mesos.v1.master.Response';

const tasks = (count: number, text: string): Task[] =>
  Array.from({ length: count }, (_, n) => ({
    name: text,
    task_id: { value: `task-${n}` },
    framework_id: { value: 'framework' },
    agent_id: { value: 'agent' },
    state: 1,
  }));

function written(type: typeof JSON_TYPE | typeof PROTOBUF_TYPE, sections: readonly Section[]): Buffer[] {
  const pieces: Buffer[] = [];
  const writing = writeSections(RESPONSE, type, { type: MasterResponseType.GET_STATE }, sections);
  for (let step = writing.next(); ; step = writing.next()) {
    if (step.value !== undefined) pieces.push(Buffer.from(step.value));
    if (step.done === true) return pieces;
  }
}

function sectionsOf(active: readonly Task[], completed: readonly Task[]): Section[] {
  const items = [
    { field: 'tasks', items: active.map((task) => () => task) },
    {
      field: 'completed_tasks',
      items: completed.map((task) => ({
        json: () => Buffer.from(toJsonText('mesos.v1.Task', task)),
        bytes: () => encodeAs('mesos.v1.Task', task),
      })),
    },
  ];
  return [{ field: 'get_state', sections: [{ field: 'get_tasks', sections: items }] }];
}

test('many small items come in pieces of a good size and are read back in order', (t) => {
  const [active, completed] = [tasks(2000, 'näme'), tasks(500, 'done')];
  const expected = {
    type: MasterResponseType.GET_STATE,
    get_state: { get_tasks: { tasks: active, completed_tasks: completed } },
  };
  const json = written(JSON_TYPE, sectionsOf(active, completed));
  t.deepEqual(Buffer.concat(json).toString(), toJsonText(RESPONSE, expected));
  const bytes = written(PROTOBUF_TYPE, sectionsOf(active, completed));
  t.deepEqual(decodeAs(RESPONSE, Buffer.concat(bytes)), expected);
  for (const pieces of [json, bytes]) t.true(pieces.length > 2 && pieces.length < 20);
});

test('items larger than a piece, and lists that are empty', (t) => {
  const large = tasks(3, 'x'.repeat(200_000));
  const bytes = written(PROTOBUF_TYPE, sectionsOf(large, []));
  t.deepEqual(decodeAs(RESPONSE, Buffer.concat(bytes)), {
    type: MasterResponseType.GET_STATE,
    get_state: { get_tasks: { tasks: large } },
  });
  const empty = Buffer.concat(written(JSON_TYPE, sectionsOf([], []))).toString();
  t.is(empty, '{"type":"GET_STATE","get_state":{"get_tasks":{"tasks":[],"completed_tasks":[]}}}');
});
