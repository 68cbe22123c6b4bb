/** Dynamic reservations and persistent volumes, as an operator. */
import { readFileSync } from 'node:fs';
import { MasterCallType, type Resource, ResourceReservationInfoType } from '../../proto/index.ts';
import { fromJsonText } from '../../proto/json.ts';
import { parseResourceMessages } from '../../proto/resources/index.ts';
import { confirm, yesOption } from '../ask.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import { agentId, findAgent } from '../find/objects.ts';
import { Problem, usageProblem } from '../problem.ts';

const RESERVATION = {
  role: { kind: 'text', value: 'ROLE', help: 'Whom the resources are reserved for' },
} as const;

export const reserve = defineCommand({
  name: 'reserve',
  words: 'AGENT RESOURCES',
  summary: 'Reserves resources of an agent for a role: reserve AGENT cpus:2;mem:1024 --role=db',
  options: RESERVATION,
  arity: { min: 2, max: 2 },
  completes: 'agent',
  run: async (context, { role }, [agent = '', text = '']) => {
    const agent_id = { value: agentId(await findAgent(context.master, agent)) };
    const resources = reserved(text, role, context);
    await context.master.perform({
      type: MasterCallType.RESERVE_RESOURCES,
      reserve_resources: { agent_id, resources },
    });
    context.say(`reserved for ${role}: ${text}`);
    return undefined;
  },
});

export const unreserve = defineCommand({
  name: 'unreserve',
  words: 'AGENT RESOURCES',
  summary: 'Gives reserved resources of an agent back to everybody',
  options: RESERVATION,
  arity: { min: 2, max: 2 },
  completes: 'agent',
  run: async (context, { role }, [agent = '', text = '']) => {
    const agent_id = { value: agentId(await findAgent(context.master, agent)) };
    const resources = reserved(text, role, context);
    const unreserve_resources = { agent_id, resources };
    await context.master.perform({ type: MasterCallType.UNRESERVE_RESOURCES, unreserve_resources });
    context.say(`unreserved: ${text}`);
    return undefined;
  },
});

export const volumes = defineCommand({
  name: 'volumes',
  words: 'create|destroy AGENT VOLUME',
  summary: 'Creates a persistent volume in reserved disk of an agent, or destroys one with all its data',
  details: [
    'volumes create AGENT ID --role=db --size=1024   (MiB of disk that is reserved for the role)',
    'volumes create AGENT @FILE                      (a JSON document: one resource, or several, as Mesos writes them)',
  ].join('\n'),
  options: {
    ...RESERVATION,
    size: { kind: 'text', value: 'MIB', help: 'Size of the volume' },
    path: { kind: 'text', value: 'PATH', help: 'Where tasks find it in their sandbox; default: data' },
    yes: yesOption,
  },
  arity: { min: 3, max: 3 },
  completes: ['create', 'destroy'],
  completesThen: 'agent',
  run: async (context, { role, size, path, yes }, [verb, agent = '', name = '']) => {
    if (verb !== 'create' && verb !== 'destroy')
      throw usageProblem(`volumes: expected create or destroy, got '${verb}'`);
    const agent_id = { value: agentId(await findAgent(context.master, agent)) };
    const made = name.startsWith('@')
      ? readResources(name.slice(1))
      : [volume(context, name, role, size, path ?? 'data')];
    if (verb === 'create') {
      await context.master.perform({
        type: MasterCallType.CREATE_VOLUMES,
        create_volumes: { agent_id, volumes: made },
      });
    } else {
      await confirm(context, `Destroy ${name} on ${agent_id.value} with all its data?`, yes);
      const destroy_volumes = { agent_id, volumes: made };
      await context.master.perform({ type: MasterCallType.DESTROY_VOLUMES, destroy_volumes });
    }
    context.say(`volume ${name} is ${verb === 'create' ? 'created' : 'destroyed'}`);
    return undefined;
  },
});

/** Resources that carry a dynamic reservation, made by whoever asks. @throws Problem for text that is none */
function reserved(text: string, role: string | undefined, context: Context): Resource[] {
  if (role === undefined || role === '') throw usageProblem('expected --role=ROLE');
  try {
    return parseResourceMessages(text).map((resource) => ({
      ...resource,
      reservations: [reservationFor(role, context)],
    }));
  } catch (error) {
    throw usageProblem(`RESOURCES: ${(error as Error).message}`);
  }
}

function reservationFor(role: string, { config: { credential } }: Context) {
  const principal = credential === undefined ? {} : { principal: credential.principal };
  return { type: ResourceReservationInfoType.DYNAMIC, role, ...principal };
}

function volume(
  context: Context,
  id: string,
  role: string | undefined,
  size: string | undefined,
  containerPath: string,
): Resource {
  const mebibytes = Number(size);
  if (size === undefined || !(mebibytes > 0))
    throw usageProblem(`--size: expected MiB above 0, got '${size ?? ''}'`);
  const [disk] = reserved(`disk:${mebibytes}`, role, context);
  if (disk === undefined) throw usageProblem('--size: expected MiB above 0');
  const { credential } = context.config;
  const principal = credential === undefined ? {} : { principal: credential.principal };
  // RW is 1, the only mode a persistent volume may have.
  return {
    ...disk,
    disk: { persistence: { id, ...principal }, volume: { container_path: containerPath, mode: 1 } },
  };
}

function readResources(file: string): Resource[] {
  try {
    const text = readFileSync(file, 'utf8');
    const document: unknown = JSON.parse(text);
    const all = Array.isArray(document) ? document : [document];
    return all.map((each) => fromJsonText('mesos.v1.Resource', JSON.stringify(each)) as Resource);
  } catch (error) {
    throw new Problem(`${file}: ${(error as Error).message}`);
  }
}
