/**
 * A defined job: run when somebody asks for it, with arguments, and as a crontab says (other-frameworks.md rows 12, 26). An entry as
 * in a jobs file, without `uuid` and `instances`, and besides:
 *
 * | member | type | |
 * |---|---|---|
 * | `arguments` | list of texts | what runs get that are asked for without any: `$1`, `"$@"` |
 * | `schedule` | text | `minute hour day-of-month month day-of-week`, in UTC |
 * | `collision` | text | when the schedule's last run goes on still: `KILL_EXISTING` (default), `CANCEL_NEW` or `PARALLEL` |
 */
import { Cron } from './cron.ts';
import { jobsOfDocument } from './jobFile.ts';
import type { JobSpec } from './jobSpec.ts';
import { type Fail, type JsonObject, objectAt, shown } from './jsonCheck.ts';

export const COLLISIONS = ['KILL_EXISTING', 'CANCEL_NEW', 'PARALLEL'] as const;
export type Collision = (typeof COLLISIONS)[number];

/** As it is kept. Immutable. */
export interface JobDefinition {
  readonly name: string;
  /** The entry as it was written, without what stands beside it here. */
  readonly entry: JsonObject;
  readonly arguments: readonly string[];
  readonly schedule?: string;
  readonly collision: Collision;
}

/** Of a run. */
export interface RunOf {
  readonly definition: string;
  readonly by: 'request' | 'schedule';
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,59}$/;
const ARGUMENTS_MAX = 100;
const ARGUMENT_LENGTH_MAX = 4_096;
const ANY_UUID = '00000000-0000-4000-8000-000000000000';

/** @param fail told what is wrong, and where */
export function definitionOf(name: string, document: unknown, fail: Fail): JobDefinition {
  if (!NAME.test(name))
    fail('', `expected a name of letters, digits, - and _, at most 60, got ${shown(name)}`);
  const given = objectAt(document, '', fail);
  const { arguments: args, schedule, collision = 'KILL_EXISTING', ...entry } = given;
  for (const member of ['uuid', 'instances', 'name'])
    if (entry[member] !== undefined) fail(member, 'is not for definitions: each run has its own');
  if (!COLLISIONS.some((each) => each === collision))
    fail('collision', `expected one of ${COLLISIONS.join(', ')}, got ${shown(collision)}`);
  if (schedule !== undefined) checkSchedule(schedule, fail);
  const definition = {
    name,
    entry,
    arguments: argumentsAt(args ?? [], 'arguments', fail),
    collision: collision as Collision,
    ...(schedule !== undefined && { schedule: String(schedule) }),
  };
  // What would fail when it is to run is told now.
  runSpec(definition, { uuid: ANY_UUID, args: [], run: { definition: name, by: 'request', atMs: 0 } }, fail);
  return definition;
}

/** Texts for `$1`, `$2`, … */
export function argumentsAt(value: unknown, at: string, fail: Fail): readonly string[] {
  const isText = (each: unknown): each is string =>
    typeof each === 'string' && each.length <= ARGUMENT_LENGTH_MAX && !each.includes('\0');
  if (!Array.isArray(value) || value.length > ARGUMENTS_MAX || !value.every(isText))
    return fail(
      at,
      `expected a list of at most ${ARGUMENTS_MAX} texts of at most ${ARGUMENT_LENGTH_MAX} characters, got ${shown(value)}`,
    );
  return value;
}

interface Run {
  readonly uuid: string;
  readonly args: readonly string[];
  readonly run: RunOf;
}

/** The job that a run is. */
export function runSpec({ name, entry }: JobDefinition, { uuid, args, run }: Run, fail: Fail): JobSpec {
  const inEntry: Fail = (at, problem) => fail(at.replace(/^jobs\[0\]\.?/, ''), problem);
  const [spec] = jobsOfDocument({ jobs: [{ ...entry, name, uuid }] }, inEntry);
  if (spec === undefined) return fail('', 'expected a job');
  return { ...spec, run, ...(args.length > 0 && { arguments: args }) };
}

function checkSchedule(value: unknown, fail: Fail): void {
  try {
    new Cron(String(value));
  } catch (error) {
    fail('schedule', (error as Error).message);
  }
}
