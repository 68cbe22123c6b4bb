/**
 * The jobs file: `{"jobs":[{"cpus":0.5,"mem":100,"command":"sleep 60; echo hello world"}]}`.
 *
 * | member | type | |
 * |---|---|---|
 * | `command` | text | required; run by `/bin/sh -c` |
 * | `cpus` | number > 0 | required |
 * | `mem` | number > 0 | required, megabytes |
 * | `name` | text | default: first word of the command |
 * | `instances` | whole number ≥ 1 | default 1: as many independent jobs are made |
 * | `env` | object of texts | variables of the command's environment |
 * | `retries` | whole number ≥ 0 | default 3, that is 4 attempts |
 * | `disk` | number ≥ 0 | megabytes, default 0 |
 * | `ports` | whole number ≥ 0 | how many, default 0; the command finds them in `PORT0`…, `PORTS` |
 * | `uuid` | UUID | the client's own; one that was used before is refused, so that a job is never taken twice |
 * | `max_runtime` | seconds > 0 | an attempt that runs longer is killed and tried again |
 * | `constraints` | list | where it may run: `["rack","EQUALS","r1"]`, `["hostname","UNIQUE"]`, `["zone","BALANCED","3"]` |
 * | `preferences` | list | the same as wishes |
 * | `exclusive` | boolean | alone on its host |
 * | `group` | text | whose jobs UNIQUE and BALANCED tell apart; default: the instances of the entry |
 * | `progress` | regular expression | lines of the output that match it tell percent and a message |
 * | `disable_mea_culpa_retries` | boolean | failures that are the cluster's cost retries, too |
 *
 * Anything else is refused: a misspelt member would silently not be what its writer meant.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { StartError } from '../../../runtime/startError.ts';
import type { Demand, JobSpec } from './jobSpec.ts';
import { type Fail, type JsonObject, objectAt, shown, textAt, wholeAt } from './jsonCheck.ts';
import { placingOf } from './placing.ts';
import { patternAt } from './progressPattern.ts';

/** Retries when the file says nothing: 4 attempts in all. */
export const RETRIES_DEFAULT = 3;

/** More would be a slip of the pen: each is an object in memory and a task. */
const INSTANCES_MAX = 1_000_000;
const RETRIES_MAX = 1_000_000;
const PORTS_MAX = 65_536;
/** Resources are counted in thousandths. */
const SMALLEST = 0.001;
const LARGEST = Number.MAX_SAFE_INTEGER / 1000;
const NAME_LENGTH_MAX = 128;

const MEMBERS = [
  ...[
    'command',
    'cpus',
    'mem',
    'name',
    'instances',
    'env',
    'retries',
    'disk',
    'ports',
    'uuid',
    'max_runtime',
  ],
  ...['constraints', 'preferences', 'exclusive', 'group', 'progress', 'disable_mea_culpa_retries'],
];
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** A year. */
const RUNTIME_SECONDS_MAX = 31_536_000;

/** What is wrong with a jobs file: one line naming file, place and expectation. */
export class JobFileError extends StartError {
  override readonly name = 'JobFileError';
}

/**
 * Reads a jobs file.
 * @throws JobFileError when it cannot be read or says something impossible
 */
export function readJobFile(path: string): JobSpec[] {
  return parseJobFile(readText(path), path);
}

/**
 * The jobs in the text of a jobs file.
 * @param path stands before each error
 * @throws JobFileError naming the place (`jobs[2].cpus`) and what was expected
 */
export function parseJobFile(text: string, path: string): JobSpec[] {
  const fail: Fail = (at, problem) => {
    throw new JobFileError(`${path}: ${at === '' ? '' : `${at}: `}${problem}`);
  };
  return jobsOfDocument(parseJson(text, fail), fail);
}

/**
 * The jobs of a document that was parsed.
 * @param unique told into ids, where the same entry in another document is another job; absent: it is the same one
 * @param fail as for a jobs file
 */
export function jobsOfDocument(document: unknown, fail: Fail, unique?: string): JobSpec[] {
  const root = objectAt(document, '', fail);
  const unknown = Object.keys(root).find((key) => key !== 'jobs');
  if (unknown !== undefined) fail(unknown, "unknown member, expected only 'jobs'");
  const { jobs } = root;
  if (!Array.isArray(jobs)) return fail('jobs', `expected a list of jobs, got ${shown(jobs)}`);
  const seen = new Set<string>();
  return jobs.flatMap((job: unknown, index) => {
    const specs = jobsOf(job, index, fail, unique);
    const uuid = specs[0]?.uuid;
    if (uuid !== undefined && seen.has(uuid)) fail(`jobs[${index}].uuid`, 'used twice');
    if (uuid !== undefined) seen.add(uuid);
    return specs;
  });
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const reason = (error as Error).message.replace(/, \w+( '.*')?$/, '');
    throw new JobFileError(`${path}: cannot be read: ${reason}`);
  }
}

function parseJson(text: string, fail: Fail): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    return fail('', `expected JSON: ${(error as Error).message}`);
  }
}

/** The jobs of one entry: as many as it has instances. */
function jobsOf(value: unknown, index: number, fail: Fail, unique: string | undefined): JobSpec[] {
  const at = `jobs[${index}]`;
  const entry = objectAt(value, at, fail);
  for (const key of Object.keys(entry))
    if (!MEMBERS.includes(key)) fail(`${at}.${key}`, `unknown member, expected one of ${MEMBERS.join(', ')}`);

  const command = textAt(entry['command'], `${at}.command`, fail);
  const name = nameOf(entry, command, `${at}.name`, fail);
  const instances = wholeAt(entry['instances'] ?? 1, `${at}.instances`, { min: 1, max: INSTANCES_MAX }, fail);
  const job = {
    command,
    env: envOf(entry, `${at}.env`, fail),
    retries: wholeAt(
      entry['retries'] ?? RETRIES_DEFAULT,
      `${at}.retries`,
      { min: 0, max: RETRIES_MAX },
      fail,
    ),
    demand: demandOf(entry, at, fail),
    ...furtherOf(entry, at, fail),
  };
  const { uuid } = job;
  if (uuid !== undefined && instances > 1) fail(`${at}.uuid`, 'expected with a single instance only');
  const id = `${slugOf(name)}-${uuid ?? hashOf(index, entry, unique)}`;
  const group = entry['group'] === undefined ? id : textAt(entry['group'], `${at}.group`, fail);
  const placed = job.placement === undefined && group === id ? job : { ...job, group };
  if (instances === 1) return [{ id, name, ...placed }];
  return Array.from({ length: instances }, (_, n) => ({
    id: `${id}-${n + 1}`,
    name: `${name}-${n + 1}`,
    ...placed,
  }));
}

type Further = Pick<JobSpec, 'uuid' | 'placement' | 'maxRuntimeSeconds' | 'progress' | 'disableMeaCulpa'>;

/** Members that jobs did not have from the start; absent ones stay so. */
function furtherOf(entry: JsonObject, at: string, fail: Fail): Further {
  const { uuid, progress, max_runtime: runtime, disable_mea_culpa_retries: counts } = entry;
  if (uuid !== undefined && (typeof uuid !== 'string' || !UUID.test(uuid.toLowerCase())))
    fail(`${at}.uuid`, `expected a UUID, got ${shown(uuid)}`);
  if (counts !== undefined && typeof counts !== 'boolean')
    fail(`${at}.disable_mea_culpa_retries`, `expected true or false, got ${shown(counts)}`);
  const placement = placingOf(entry, at, fail);
  return {
    ...(uuid !== undefined && { uuid: String(uuid).toLowerCase() }),
    ...(placement !== undefined && { placement }),
    ...(runtime !== undefined && {
      maxRuntimeSeconds: runtimeAt(runtime, `${at}.max_runtime`, fail),
    }),
    ...(progress !== undefined && { progress: patternAt(progress, `${at}.progress`, fail) }),
    ...(counts === true && { disableMeaCulpa: true }),
  };
}

function runtimeAt(value: unknown, at: string, fail: Fail): number {
  if (typeof value !== 'number' || !(value > 0 && value <= RUNTIME_SECONDS_MAX))
    return fail(at, `expected seconds above 0, ${RUNTIME_SECONDS_MAX} at most, got ${shown(value)}`);
  return value;
}

function demandOf(entry: JsonObject, at: string, fail: Fail): Demand {
  return {
    cpus: scalarAt(entry['cpus'], `${at}.cpus`, SMALLEST, fail),
    mem: scalarAt(entry['mem'], `${at}.mem`, SMALLEST, fail),
    disk: scalarAt(entry['disk'] ?? 0, `${at}.disk`, 0, fail),
    ports: wholeAt(entry['ports'] ?? 0, `${at}.ports`, { min: 0, max: PORTS_MAX }, fail),
  };
}

function scalarAt(value: unknown, at: string, min: number, fail: Fail): number {
  const expected = min === 0 ? 'a number of at least 0' : `a number of at least ${min}`;
  if (typeof value !== 'number' || !(value >= min && value <= LARGEST))
    return fail(at, `expected ${expected}, got ${shown(value)}`);
  return value;
}

function nameOf(entry: JsonObject, command: string, at: string, fail: Fail): string {
  if (entry['name'] === undefined) return slugOf(/\S+/.exec(command)?.[0] ?? 'job');
  const name = textAt(entry['name'], at, fail);
  if (name.length > NAME_LENGTH_MAX)
    fail(at, `expected at most ${NAME_LENGTH_MAX} characters, got ${name.length}`);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(name)) fail(at, `expected no control characters, got ${shown(name)}`);
  return name;
}

function envOf(entry: JsonObject, at: string, fail: Fail): Readonly<Record<string, string>> {
  if (entry['env'] === undefined) return {};
  const env = objectAt(entry['env'], at, fail);
  for (const [name, value] of Object.entries(env)) {
    if (!/^[^=\0]+$/.test(name)) fail(`${at}.${name}`, 'expected a name of a variable, without =');
    if (typeof value !== 'string' || value.includes('\0'))
      fail(`${at}.${name}`, `expected a text, got ${shown(value)}`);
  }
  return env as Record<string, string>;
}

/** What a task id can hold of a name: ids go into paths. */
function slugOf(name: string): string {
  const slug = name
    .split('/')
    .at(-1)
    ?.replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 60);
  return slug === undefined || slug === '' ? 'job' : slug;
}

/** The same entry at the same place has the same id, so that a restart with the same file adds no job twice. */
function hashOf(index: number, entry: JsonObject, unique: string | undefined): string {
  const sorted = Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(unique === undefined ? [index, sorted] : [index, sorted, unique]))
    .digest('hex')
    .slice(0, 8);
}
