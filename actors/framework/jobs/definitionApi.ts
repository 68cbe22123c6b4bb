/** `/definitions` of the job processor: jobs that are run when somebody asks, or as a crontab says, and their runs. */
import type { HttpReply, HttpRequest } from '../../../runtime/index.ts';
import { argumentsAt, definitionOf, type JobDefinition } from './definition.ts';
import type { JobDefinitions } from './definitions.ts';
import { jsonOf, Refused, refusing } from './jobRequest.ts';
import type { JobScheduler } from './jobScheduler.ts';
import type { Job } from './jobTable.ts';
import { objectAt } from './jsonCheck.ts';

const DEFINITIONS_MAX = 1_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export interface DefinitionApiOptions {
  readonly scheduler: JobScheduler;
  readonly serves: boolean;
  readonly uuid: () => string;
  readonly jobJson: (job: Job) => object;
}

/**
 * GET `/definitions`, `/definitions/NAME`, `…/runs`; PUT and DELETE of one; POST `…/runs` with `{"arguments":[…],"uuid":"…"}`.
 * @throws Refused
 */
export function answerDefinitions(
  options: DefinitionApiOptions,
  request: HttpRequest,
  reply: HttpReply,
): void {
  const { definitions } = options.scheduler;
  const [name = '', verb, ...more] = request.rest.split('/').filter((each) => each !== '');
  if (more.length > 0 || (verb !== undefined && verb !== 'runs'))
    throw new Refused(404, 'There is nothing here');
  if (name === '') {
    if (request.method !== 'GET') throw new Refused(405, `${request.method} is not allowed here`);
    const all = definitions.all().map((each) => definitionJson(definitions, each));
    reply.json(JSON.stringify({ definitions: all }));
  } else if (verb === undefined) answerOne(options, name, request, reply);
  else answerRuns(options, found(definitions, name), request, reply);
}

function answerOne(
  { scheduler: { definitions }, serves }: DefinitionApiOptions,
  name: string,
  request: HttpRequest,
  reply: HttpReply,
): void {
  const { method } = request;
  if (method === 'GET') reply.json(JSON.stringify(definitionJson(definitions, found(definitions, name))));
  else if (method === 'DELETE') {
    found(definitions, name);
    definitions.remove(name, () => reply.send(204));
  } else if (method === 'PUT') {
    const definition = definitionOf(name, jsonOf(request, serves), refusing);
    const isNew = definitions.get(name) === undefined;
    if (isNew && definitions.size >= DEFINITIONS_MAX)
      throw new Refused(409, `There are ${DEFINITIONS_MAX} definitions already`);
    definitions.put(definition, () =>
      reply.json(JSON.stringify(definitionJson(definitions, definition)), isNew ? 201 : 200),
    );
  } else throw new Refused(405, `${method} is not allowed here`);
}

function answerRuns(
  { scheduler, serves, uuid, jobJson }: DefinitionApiOptions,
  definition: JobDefinition,
  request: HttpRequest,
  reply: HttpReply,
): void {
  const { definitions } = scheduler;
  const { method } = request;
  if (method === 'GET') {
    const runs = definitions.runs(definition.name).map((job) => ({ ...jobJson(job), ...runJson(job) }));
    reply.json(JSON.stringify({ runs }));
    return;
  }
  if (method !== 'POST') throw new Refused(405, `${method} is not allowed here`);
  const given = objectAt(jsonOf(request, serves), '', refusing);
  const own = given['uuid'];
  if (own !== undefined && (typeof own !== 'string' || !UUID.test(own.toLowerCase())))
    throw new Refused(400, 'uuid: expected a UUID');
  const id = own === undefined ? uuid() : String(own).toLowerCase();
  if (scheduler.table.find(id) !== undefined)
    throw new Refused(409, `The following job UUIDs were used before: ${id}`);
  const args =
    given['arguments'] === undefined
      ? definition.arguments
      : argumentsAt(given['arguments'], 'arguments', refusing);
  definitions.run(definition, id, args, refusing, () => reply.json(JSON.stringify({ job: id }), 201));
}

/** @throws Refused 404 */
function found(definitions: JobDefinitions, name: string): JobDefinition {
  const definition = definitions.get(name);
  if (definition === undefined) throw new Refused(404, `There is no definition '${name.slice(0, 100)}'`);
  return definition;
}

function definitionJson(
  definitions: JobDefinitions,
  { name, entry, collision, schedule, arguments: args }: JobDefinition,
): object {
  const nextMs = definitions.nextMs(name);
  return {
    name,
    ...entry,
    arguments: args,
    ...(schedule !== undefined && { schedule, collision, skipped: definitions.skipped(name) }),
    ...(nextMs !== undefined && { next_run: new Date(nextMs).toISOString() }),
  };
}

function runJson({ spec: { run, arguments: args = [] } }: Job): object {
  return {
    arguments: args,
    ...(run !== undefined && { by: run.by, requested_at: new Date(run.atMs).toISOString() }),
  };
}
