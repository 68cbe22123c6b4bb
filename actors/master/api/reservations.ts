/**
 * `/reserve`, `/unreserve`, `/create-volumes` and `/destroy-volumes`: forms with an agent and a JSON array of resources, of
 * either reservation format, for older tools (v1-operator-api.md §5.1).
 */
import {
  fromJson,
  JsonMappingError,
  type OfferOperation,
  OfferOperationType,
  type Resource,
} from '../../../proto/index.ts';
import { expectMethod, HttpRefusal, refusable } from '../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';

type Endpoint = (form: Form) => OfferOperation;

const endpoints = {
  '/reserve': (form) => ({
    type: OfferOperationType.RESERVE,
    reserve: { source: form.resources('source', true), resources: form.resources('resources') },
  }),
  '/unreserve': (form) => ({
    type: OfferOperationType.UNRESERVE,
    unreserve: { resources: form.resources('resources') },
  }),
  '/create-volumes': (form) => ({
    type: OfferOperationType.CREATE,
    create: { volumes: form.resources('volumes') },
  }),
  '/destroy-volumes': (form) => ({
    type: OfferOperationType.DESTROY,
    destroy: { volumes: form.resources('volumes') },
  }),
} satisfies Readonly<Record<string, Endpoint>>;

const help: Readonly<Record<keyof typeof endpoints, string>> = {
  '/reserve': 'POST slaveId=ID&resources=[…] reserves resources of an agent; &source=[…] reserves them anew',
  '/unreserve': 'POST slaveId=ID&resources=[…] ends dynamic reservations',
  '/create-volumes': 'POST slaveId=ID&volumes=[…] makes persistent volumes of reserved disk',
  '/destroy-volumes': 'POST slaveId=ID&volumes=[…] destroys persistent volumes with all that is in them',
};

/** [path, handler, help] of each. */
export function reservationEndpoints(parts: MasterParts): [string, HttpHandler, string][] {
  return Object.entries(endpoints).map(([path, endpoint]) => [
    path,
    endpointOf(parts, endpoint),
    help[path as keyof typeof endpoints],
  ]);
}

function endpointOf({ operatorOperations }: MasterParts, endpoint: Endpoint): HttpHandler {
  return refusable((request, reply) => {
    expectMethod(request.method, 'POST');
    const form = new Form(request.body);
    const agentId = form.text('slaveId');
    const { status, text } = operatorOperations.perform(agentId, endpoint(form), request.principal);
    if (status === 202) reply.send(202);
    else reply.text(status, text);
  });
}

/** `key=value&…`, as browsers and curl send it. */
class Form {
  private readonly values: URLSearchParams;

  constructor(body: Uint8Array) {
    this.values = new URLSearchParams(new TextDecoder().decode(body));
  }

  /** @throws HttpRefusal 400 when the key is not there */
  text(key: string): string {
    const value = this.values.get(key);
    if (value === null) throw new HttpRefusal(400, `Missing '${key}' query parameter in the request body`);
    return value;
  }

  /** @throws HttpRefusal 400 when the key is not there (unless it may be) or its value is no JSON array of resources */
  resources(key: string, optional = false): Resource[] {
    if (optional && !this.values.has(key)) return [];
    const text = this.text(key);
    try {
      const list: unknown = JSON.parse(text);
      if (!Array.isArray(list)) throw new SyntaxError('expected an array');
      return list.map((item) => fromJson('mesos.v1.Resource', item) as Resource);
    } catch (error) {
      if (!(error instanceof JsonMappingError || error instanceof SyntaxError)) throw error;
      throw new HttpRefusal(
        400,
        `Error in parsing '${key}' query parameter in the request body: ${error.message}`,
      );
    }
  }
}
