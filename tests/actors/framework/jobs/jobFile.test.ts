/** The jobs file: what it may say, and the one line for each thing it may not. */
import test from 'ava';
import { JobFileError, parseJobFile, readJobFile } from '../../../../actors/framework/jobs/index.ts';

const job = { cpus: 0.5, mem: 100, command: 'echo hello' };
const parse = (value: unknown) => parseJobFile(JSON.stringify(value), 'jobs.json');

test('the smallest job: retries and the rest have their defaults', (t) => {
  const [spec] = parse({ jobs: [job] });
  t.like(spec, {
    name: 'echo',
    command: 'echo hello',
    env: {},
    retries: 3,
    demand: { cpus: 0.5, mem: 100, disk: 0, ports: 0 },
  });
  t.regex(spec?.id ?? '', /^echo-[0-9a-f]{8}$/);
});

test('everything that can be said', (t) => {
  const full = { ...job, name: 'my job/1', env: { A: 'b' }, retries: 0, disk: 64, ports: 2 };
  const [spec] = parse({ jobs: [full] });
  t.like(spec, {
    name: 'my job/1',
    env: { A: 'b' },
    retries: 0,
    demand: { cpus: 0.5, mem: 100, disk: 64, ports: 2 },
  });
  t.regex(spec?.id ?? '', /^1-[0-9a-f]{8}$/, 'an id may stand in a path');
});

test('instances are jobs of their own', (t) => {
  const specs = parse({ jobs: [{ ...job, name: 'crunch', instances: 3 }] });
  t.deepEqual(
    specs.map(({ name }) => name),
    ['crunch-1', 'crunch-2', 'crunch-3'],
  );
  t.is(new Set(specs.map(({ id }) => id)).size, 3);
});

test('the same entry at the same place has the same id, whatever the order of its members', (t) => {
  const again = { command: 'echo hello', mem: 100, cpus: 0.5 };
  t.is(parse({ jobs: [job] })[0]?.id, parse({ jobs: [again] })[0]?.id);
  const [first, second] = parse({ jobs: [job, job] });
  t.not(first?.id, second?.id);
});

test('no jobs are no error', (t) => t.deepEqual(parse({ jobs: [] }), []));

const wrong: ReadonlyArray<readonly [value: unknown, line: string]> = [
  [[], 'jobs.json: expected an object, got []'],
  [{}, 'jobs.json: jobs: expected a list of jobs, got nothing'],
  [{ jobs: {} }, 'jobs.json: jobs: expected a list of jobs, got {}'],
  [{ jobs: [], job: 1 }, "jobs.json: job: unknown member, expected only 'jobs'"],
  [{ jobs: [7] }, 'jobs.json: jobs[0]: expected an object, got 7'],
  [
    { jobs: [job, { cpus: 1, mem: 1 }] },
    'jobs.json: jobs[1].command: expected a text that is not empty, got nothing',
  ],
  [
    { jobs: [{ ...job, command: ' ' }] },
    'jobs.json: jobs[0].command: expected a text that is not empty, got " "',
  ],
  [{ jobs: [{ ...job, cpus: -1 }] }, 'jobs.json: jobs[0].cpus: expected a number of at least 0.001, got -1'],
  [
    { jobs: [{ ...job, cpus: '1' }] },
    'jobs.json: jobs[0].cpus: expected a number of at least 0.001, got "1"',
  ],
  [{ jobs: [{ ...job, mem: 0 }] }, 'jobs.json: jobs[0].mem: expected a number of at least 0.001, got 0'],
  [
    { jobs: [{ ...job, mem: null }] },
    'jobs.json: jobs[0].mem: expected a number of at least 0.001, got null',
  ],
  [{ jobs: [{ ...job, disk: -1 }] }, 'jobs.json: jobs[0].disk: expected a number of at least 0, got -1'],
  [{ jobs: [{ ...job, ports: 1.5 }] }, 'jobs.json: jobs[0].ports: expected a whole number 0…65536, got 1.5'],
  [
    { jobs: [{ ...job, instances: 0 }] },
    'jobs.json: jobs[0].instances: expected a whole number 1…1000000, got 0',
  ],
  [
    { jobs: [{ ...job, retries: -1 }] },
    'jobs.json: jobs[0].retries: expected a whole number 0…1000000, got -1',
  ],
  [{ jobs: [{ ...job, name: '' }] }, 'jobs.json: jobs[0].name: expected a text that is not empty, got ""'],
  [
    { jobs: [{ ...job, name: 'a\nb' }] },
    'jobs.json: jobs[0].name: expected no control characters, got "a\\nb"',
  ],
  [{ jobs: [{ ...job, env: { A: 1 } }] }, 'jobs.json: jobs[0].env.A: expected a text, got 1'],
  [
    { jobs: [{ ...job, env: { 'A=B': 'c' } }] },
    'jobs.json: jobs[0].env.A=B: expected a name of a variable, without =',
  ],
  [
    { jobs: [{ ...job, cmd: 'x' }] },
    'jobs.json: jobs[0].cmd: unknown member, expected one of command, cpus, mem, name, instances, env, retries, disk, ports, uuid, max_runtime, constraints, preferences, exclusive, group, progress, disable_mea_culpa_retries',
  ],
];

for (const [value, line] of wrong)
  test(`refused: ${line}`, (t) =>
    t.is(t.throws(() => parse(value), { instanceOf: JobFileError })?.message, line));

test('text that is no JSON', (t) => {
  const error = t.throws(() => parseJobFile('{"jobs":', 'jobs.json'), { instanceOf: JobFileError });
  t.regex(error?.message ?? '', /^jobs\.json: expected JSON: .+$/);
});

test('a file that cannot be read', (t) => {
  const error = t.throws(() => readJobFile('/nowhere/jobs.json'), { instanceOf: JobFileError });
  t.is(error?.message, '/nowhere/jobs.json: cannot be read: ENOENT: no such file or directory');
  t.is(error?.exitCode, 1);
});
