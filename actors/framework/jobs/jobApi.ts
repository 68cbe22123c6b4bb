/** `/jobs`, `/definitions` and `/unscheduled_jobs` of the job processor: what it has, why it waits, and further jobs (spec: other-frameworks.md §3.6). */
import type { HttpReply, HttpRequest } from '../../../runtime/index.ts';
import type { FrameworkRoute } from '../context.ts';
import { answerDefinitions } from './definitionApi.ts';
import { jobsOfDocument } from './jobFile.ts';
import { jsonOf, Refused, refusing } from './jobRequest.ts';
import type { JobScheduler } from './jobScheduler.ts';
import type { JobSpec } from './jobSpec.ts';
import type { Job } from './jobTable.ts';

/** Jobs of one answer at most. */
const LISTED_MAX = 10_000;
/** Jobs that ended, of which it is told how. */
const ENDED_MAX = 10_000;

export interface JobApiOptions {
  readonly scheduler: JobScheduler;
  /** Whether further jobs are taken. */
  readonly serves: boolean;
  /** Told into ids of jobs that have no UUID of their own. */
  readonly uuid: () => string;
  /** Whom to ask who somebody is. */
  readonly realm: string;
}

export function jobRoutes(options: JobApiOptions): FrameworkRoute[] {
  const { realm } = options;
  const route = (
    path: string,
    help: string,
    handle: (options: JobApiOptions, request: HttpRequest, reply: HttpReply) => void,
  ): FrameworkRoute => ({
    path,
    help,
    realm,
    handler: (request, reply) => {
      try {
        handle(options, request, reply);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        reply.json(JSON.stringify({ error: error.message }), error.status);
      }
    },
  });
  return [
    route(
      '/jobs',
      'GET: all jobs, below it one by id or UUID; POST: further ones; DELETE: ends one',
      answerJobs,
    ),
    route(
      '/definitions',
      'Jobs that are run when asked for, or as a crontab says: GET, PUT and DELETE of one, POST to its runs',
      ({ scheduler, serves, uuid }, request, reply) => {
        const toJson = (job: Job): object => jobJson(scheduler, job);
        answerDefinitions({ scheduler, serves, uuid, jobJson: toJson }, request, reply);
      },
    ),
    route('/unscheduled_jobs', 'Why jobs wait: ?job=ID, repeated, or all that do', answerUnscheduled),
  ];
}

function answerJobs(options: JobApiOptions, request: HttpRequest, reply: HttpReply): void {
  const { scheduler } = options;
  const id = request.rest.replaceAll('/', '');
  const { method } = request;
  if (id === '' && method === 'POST') submit(options, request, reply);
  else if (id === '' && method === 'GET') list(scheduler, request, reply);
  else if (id !== '' && method === 'GET')
    reply.json(JSON.stringify(jobJson(scheduler, found(scheduler, id))));
  else if (id !== '' && method === 'DELETE') scheduler.kill(found(scheduler, id), () => reply.send(204));
  else throw new Refused(405, `${method} is not allowed here`);
}

function found({ table }: JobScheduler, id: string): Job {
  const job = table.find(id);
  if (job === undefined) throw new Refused(404, `There is no job '${id.slice(0, 100)}'`);
  return job;
}

function list(scheduler: JobScheduler, { query }: HttpRequest, reply: HttpReply): void {
  const { table } = scheduler;
  const states = new Set(query.getAll('state'));
  const jobs: object[] = [];
  for (const job of table.jobs()) {
    if (jobs.length === LISTED_MAX) break;
    if (states.size === 0 || states.has(table.stateOf(job))) jobs.push(jobJson(scheduler, job));
  }
  reply.json(JSON.stringify({ counts: table.counts(), jobs }));
}

function jobJson(scheduler: JobScheduler, job: Job): object {
  const { table } = scheduler;
  const { spec, attempt, attempts, lastEnd, progress } = job;
  return {
    id: spec.id,
    ...(spec.uuid !== undefined && { uuid: spec.uuid }),
    name: spec.name,
    command: spec.command,
    state: table.stateOf(job),
    attempts,
    retries_left: table.retriesLeft(job),
    ...spec.demand,
    ...(attempt !== undefined && { attempt }),
    ...(progress !== undefined && { progress: progress.percent, progress_message: progress.message }),
    ...(lastEnd !== undefined && {
      last_end: { state: lastEnd.state, reason: lastEnd.reason, message: lastEnd.message },
    }),
    ...(table.stateOf(job) === 'pending' && { reasons: scheduler.whyWaiting(job) }),
  };
}

function answerUnscheduled({ scheduler }: JobApiOptions, request: HttpRequest, reply: HttpReply): void {
  if (request.method !== 'GET') throw new Refused(405, `${request.method} is not allowed here`);
  const { table } = scheduler;
  const asked = request.query.getAll('job');
  const jobs = asked.length > 0 ? asked.map((id) => found(scheduler, id)) : [...waitingOf(scheduler)];
  const answer = jobs.map((job) => ({
    uuid: job.spec.uuid ?? job.id,
    state: table.stateOf(job),
    reasons: scheduler.whyWaiting(job),
  }));
  reply.json(JSON.stringify(answer));
}

function* waitingOf({ table }: JobScheduler): Iterable<Job> {
  let listed = 0;
  for (const job of table.jobs()) if (table.stateOf(job) === 'pending' && listed++ < LISTED_MAX) yield job;
}

/** A document as a jobs file is. Of UUIDs that were used before none is taken again, and of the document nothing. */
function submit({ scheduler, serves, uuid }: JobApiOptions, request: HttpRequest, reply: HttpReply): void {
  const document = jsonOf(request, serves);
  const specs: readonly JobSpec[] = jobsOfDocument(document, refusing, uuid());
  const used = specs.flatMap((spec) => {
    const known = spec.uuid === undefined ? undefined : scheduler.table.find(spec.uuid);
    return known === undefined ? [] : (spec.uuid ?? []);
  });
  if (used.length > 0) throw new Refused(409, `The following job UUIDs were used before: ${used.join(', ')}`);
  scheduler.prune(ENDED_MAX);
  scheduler.submit(specs, () =>
    reply.json(JSON.stringify({ jobs: specs.map((spec) => spec.uuid ?? spec.id) }), 201),
  );
}
