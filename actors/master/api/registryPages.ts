/** The process `registrar(1)`, as Mesos has it: the registry as it is stored, and a snapshot of it. */
import { jsonText, type Registry as RegistryMessage, toJson } from '../../../proto/index.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import { type HttpHandler, Process } from '../../../runtime/index.ts';
import type { Master } from '../master.ts';
import { entriesIn, type Registry } from '../registrar/registry.ts';
import { snapshotText } from '../registrar/snapshot.ts';
import { whileLeading } from './leaderOnly.ts';

export class RegistryPages extends Process {
  private readonly master: Master;

  constructor(master: Master) {
    super('registrar(1)');
    this.master = master;
  }

  override initialize(): void {
    const { parts } = this.master;
    const { registry } = parts.registrar;
    const show: HttpHandler = (request, reply) =>
      replyJson(request, reply, jsonText(toJson('mesos.internal.Registry', registryMessage(registry))));
    this.route('/registry', whileLeading(parts, show), {
      help: 'The registry: agents, machines under maintenance, quota, weights',
      realm: 'mesos-master-readonly',
    });
    const copy: HttpHandler = (_, reply) => {
      const facts = { takenAtMs: this.clock.now(), source: `master ${parts.info.id}` };
      reply.send(200, snapshotText(entriesIn(registry), facts), { 'Content-Type': 'application/json' });
    };
    this.route('/snapshot', whileLeading(parts, copy), {
      help: 'A copy of the registry, for --role=registry --restore',
      realm: 'mesos-master-readwrite',
    });
  }
}

/** The registry as one message. */
export function registryMessage(registry: Registry): RegistryMessage {
  const { slaves, unreachable, gone, machines } = registry;
  return {
    master: [...registry.master.values()][0],
    slaves: { slaves: [...slaves.values()] },
    unreachable: { slaves: [...unreachable.values()] },
    gone: { slaves: [...gone.values()] },
    machines: { machines: [...machines.values()] },
    schedules: [...registry.schedules.values()],
    quota_configs: [...registry.quota_configs.values()],
    weights: [...registry.weights.values()],
    minimum_capabilities: [...registry.minimum_capabilities.values()],
  };
}
