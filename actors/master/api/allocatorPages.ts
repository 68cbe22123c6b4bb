/** The process `hierarchical-allocator(1)`, as Mesos has it: what the offer constraints of frameworks do. */

import { toJsonText } from '../../../proto/index.ts';
import { jsonText, RawJson } from '../../../proto/json.ts';
import { replyJson } from '../../../runtime/http/json.ts';
import { type HttpHandler, Process } from '../../../runtime/index.ts';
import { describeForAllocator } from '../allocation.ts';
import type { FrameworkRecord } from '../frameworks/record.ts';
import type { Master } from '../master.ts';
import type { MasterParts } from '../parts.ts';
import type { Json } from './blocks.ts';
import { whileLeading } from './leaderOnly.ts';
import { Viewer } from './viewer.ts';

export class AllocatorPages extends Process {
  private readonly master: Master;

  constructor(master: Master) {
    super('hierarchical-allocator(1)');
    this.master = master;
  }

  override initialize(): void {
    const { parts } = this.master;
    const show: HttpHandler = (request, reply) => {
      const viewer = new Viewer(parts.authorizer, request.principal);
      replyJson(request, reply, jsonText(constraintsDocument(parts, viewer)));
    };
    this.route('/offer_constraints_debug', whileLeading(parts, show), {
      help: 'Which agents the offer constraints of frameworks leave out, by role',
      realm: 'mesos-master-readonly',
    });
  }
}

/**
 * `{"frameworks": {ID: {"name": …, "roles": {ROLE: {"constraints": {…}, "accepted_agents": [ID, …], "excluded_agents": [ID, …]}}}}}`,
 * of frameworks that have constraints.
 */
function constraintsDocument(parts: MasterParts, viewer: Viewer): Json {
  const constrained = [...parts.frameworks.all()].filter(
    (framework) => framework.description.offerFilter !== undefined && viewer.seesFramework(framework),
  );
  return {
    frameworks: Object.fromEntries(
      constrained.map((framework) => [
        framework.id,
        { name: framework.description.info.name, roles: rolesBlock(parts, viewer, framework) },
      ]),
    ),
  };
}

function rolesBlock(parts: MasterParts, viewer: Viewer, { description }: FrameworkRecord): Json {
  const { offerConstraints, offerFilter } = description;
  const roles = Object.entries(offerConstraints?.role_constraints ?? {}).filter(([role]) =>
    viewer.seesRole(role),
  );
  const agents = [...parts.agents.all()].map((agent) => ({ agent, seen: describeForAllocator(agent) }));
  return Object.fromEntries(
    roles.map(([role, constraints]) => {
      const accepted = agents.filter(({ seen }) => offerFilter?.accepts(role, seen) ?? true);
      const excluded = agents.filter((each) => !accepted.includes(each));
      const text = toJsonText('mesos.v1.scheduler.OfferConstraints.RoleConstraints', constraints);
      return [
        role,
        {
          constraints: new RawJson(text),
          accepted_agents: accepted.map(({ agent }) => agent.id),
          excluded_agents: excluded.map(({ agent }) => agent.id),
        },
      ];
    }),
  );
}
