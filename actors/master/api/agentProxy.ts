/**
 * `/agents/<agent id>/…`: what an agent answers, asked through the master, so that a browser need reach one address only. The
 * agent asks who it is and what they may, as if it had been asked itself.
 */
import { forward } from '../../../runtime/http/forward.ts';
import type { HttpReply, HttpRequest } from '../../../runtime/index.ts';
import { Process } from '../../../runtime/index.ts';
import type { TlsOptions } from '../../../runtime/security/tls.ts';
import type { Master } from '../master.ts';
import { whileLeading } from './leaderOnly.ts';

/** What may be asked; the method goes with it. */
const ALLOWED: readonly (readonly [method: string, path: RegExp])[] = [
  ['GET', /^files\/(browse|read|download|debug)$/],
  ['GET', /^(state|flags|health|version|containers|monitor\/statistics|metrics\/snapshot|__processes__)$/],
  ['POST', /^api\/v1$/],
];

export class AgentProxy extends Process {
  private readonly master: Master;
  private readonly tls: TlsOptions | undefined;

  /** @param tls as this node speaks to agents, when it does so by TLS */
  constructor(master: Master, tls: TlsOptions | undefined) {
    super('agents');
    this.master = master;
    this.tls = tls;
  }

  override initialize(): void {
    this.route(
      '/',
      whileLeading(this.master.parts, (request, reply) => this.answer(request, reply)),
      {
        help: '/agents/ID/…: files, state, statistics and operator calls of an agent, through the master',
        realm: 'mesos-master-readwrite',
      },
    );
  }

  private answer(request: HttpRequest, reply: HttpReply): void {
    const slash = request.rest.indexOf('/');
    const id = slash === -1 ? request.rest : request.rest.slice(0, slash);
    const path = slash === -1 ? '' : request.rest.slice(slash + 1);
    const agent = this.master.parts.agents.find(id);
    if (agent === undefined) {
      reply.text(404, `No agent '${id}' is registered`);
    } else if (!ALLOWED.some(([method, allowed]) => method === request.method && allowed.test(path))) {
      reply.text(404, `${request.method} '${path}' is not asked of agents through the master`);
    } else {
      const query = request.query.toString();
      const { host, port } = agent.pid;
      forward(request, reply, {
        host,
        port,
        path: `/${path}${query === '' ? '' : `?${query}`}`,
        tls: this.tls,
      });
    }
  }
}
