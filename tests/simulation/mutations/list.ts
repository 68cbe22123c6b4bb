/** Mistakes that somebody could make, each as one replacement in a compiled file. The simulation has to find every one. */

export interface Mutation {
  /** What is wrong, for the table. */
  readonly name: string;
  /** Under `dist/`. */
  readonly file: string;
  /** Occurs exactly once there. */
  readonly find: string;
  readonly replace: string;
  /** Which scenario is to find it; default `cluster`. */
  readonly scenario?: string;
}

const ELECTION = 'actors/election/etcdElection.js';
const UPDATES = 'actors/agent/updates/statusUpdateManager.js';

export const mutations: readonly Mutation[] = [
  {
    name: 'an update is forwarded before it is stored',
    file: UPDATES,
    find: 'this.#write(record, () => this.#recorded(queue));',
    replace: '(this.#write(record, () => {}), this.#recorded(queue));',
  },
  {
    name: 'the next update does not wait for the acknowledgement of the last one',
    file: UPDATES,
    find: 'if (this.#queues.get(queue.key) === queue)',
    replace:
      'if (this.#queues.get(queue.key) === queue && queue.latest) this.#options.forward(queue.latest);\nif (this.#queues.get(queue.key) === queue)',
  },
  {
    name: 'an update is never repeated',
    file: 'statecharts/updateStream.js',
    find: "after: { RETRY: { target: 'forwarding', reenter: true, actions: 'doubleRetry' } },",
    replace: '',
  },
  {
    name: 'an executor is acknowledged before its update is stored',
    file: 'actors/agent/statusUpdates.js',
    find: 'this.streams.update(update, framework.info.checkpoint === true, recorded);',
    replace: '(recorded(), this.streams.update(update, framework.info.checkpoint === true, () => {}));',
  },
  {
    name: 'the end of a task is told twice',
    file: 'actors/agent/statusUpdates.js',
    find: 'if (this.takes(task, update.status))',
    replace:
      'if (this.takes(task, update.status) && !this.host.tables.isLive(task)) this.refuse(framework, task.id, undefined, status); if (true)',
  },
  {
    name: 'resources are not recovered when a task ends',
    file: 'actors/master/tasks/tasks.js',
    find: 'this.parts.agents.release(agent, task.frameworkId, task.resources);',
    replace: '',
  },
  {
    name: 'a declined offer is given back twice',
    file: 'actors/master/offers/offers.js',
    find: 'this.parts.allocation.recover(frameworkId, agentId, resources, this.refusal);',
    replace:
      'for (const _ of [1, 2]) this.parts.allocation.recover(frameworkId, agentId, resources, this.refusal);',
  },
  {
    name: 'an offer stays out when it was accepted',
    file: 'actors/master/offers/offers.js',
    find: "this.end(offer, { type: 'ACCEPTED' });",
    replace: '',
  },
  {
    name: 'an agent is admitted before the registry wrote it',
    file: 'actors/master/agents/registration.js',
    find: 'registrar.apply(admitSlave(',
    replace: '((operation, done) => (done(true), registrar.apply(operation, () => {})))(admitSlave(',
  },
  {
    name: 'an acknowledgement is not written down',
    file: UPDATES,
    find: 'if (head.record.length === 0)',
    replace: 'if (true)',
  },
  {
    name: 'a write of the registry is not bound to the leader’s key in etcd',
    file: 'actors/election/store/etcdStore.js',
    find: `{
                    key: fence.key,
                    target: 'create',
                    revision: fence.createRevision,
                    ...(fence.below === true && { below: true }),
                },`,
    replace: '',
    scenario: 'leaders',
  },
  {
    name: 'a master acts after its lease is over',
    file: ELECTION,
    find: ' && this.options.clock.monotonic() < this.deadlineMs;\n    }',
    replace: ';\n    }',
    scenario: 'leaders',
  },
  {
    name: 'a lease that was granted late takes the place of the present one',
    file: ELECTION,
    find: `if (attempts === this.attempts)
                    use(answer);`,
    replace: 'if (true) use(answer);',
    scenario: 'leaders',
  },
  {
    name: 'a change of weights counts before the registry wrote it',
    file: 'actors/master/policy/weights.js',
    find: 'this.parts.registrar.apply(updateWeights(infos), () => {',
    replace:
      '((operation, done) => (done(), this.parts.registrar.apply(operation, () => {})))(updateWeights(infos), () => {',
    scenario: 'leaders',
  },
  {
    name: 'limits of quota are passed over',
    file: 'actors/master/allocator/cycle.js',
    find: 'rest = shrinkToLimits(rest, allowed.minus(alreadyGiven), random);',
    replace: '{}',
  },
  {
    name: 'no headroom is kept for guarantees',
    file: 'actors/master/allocator/cycle.js',
    find: 'rest = shrinkToQuantities(rest, this.availableHeadroom.minus(this.requiredHeadroom), random);',
    replace: '{}',
  },
  {
    name: 'a master forgets a task when its end is forwarded',
    file: 'actors/master/tasks/statusUpdates.js',
    find: 'tasks.update(task, status, update.latest_state ?? status.state);',
    replace:
      'tasks.update(task, status, update.latest_state ?? status.state); if (isTerminal(status.state)) tasks.complete(task);',
  },
  {
    name: 'missed pings are not counted',
    file: 'actors/master/agents/pings.js',
    find: 'watch.missed = watch.unanswered ? watch.missed + 1 : 0;',
    replace: 'watch.missed = 0;',
  },
  {
    name: 'an agent that is gone may come back',
    file: 'actors/master/agents/registration.js',
    find: "return 'Agent has been marked gone';",
    replace: 'return undefined;',
  },
  {
    name: 'agents that are gone are forgotten after a second',
    file: 'actors/master/agents/garbage.js',
    find: `actor.delay(flags.registry_gc_interval, () => {
            this.collect();`,
    replace: `actor.delay(1000, () => {
            const ids = [...this.parts.registrar.registry.gone.keys()];
            if (ids.length > 0)
                this.parts.registrar.apply(pruneSlaves(ids), () => ids.forEach((id) => this.forget(id)));`,
  },
  {
    name: 'offers outlive the subscription that they were made to',
    file: 'actors/master/offers/offers.js',
    find: "this.end(offer, { type: 'FRAMEWORK_LOST' });",
    replace:
      "if (this.parts.frameworks.chart.hasTag(frameworkId, 'terminal')) this.end(offer, { type: 'FRAMEWORK_LOST' });",
  },
  {
    name: 'an agent obeys whoever calls himself master',
    file: 'actors/agent/registration/registration.js',
    find: 'if (from?.equals(this.leader))\n            return true;',
    replace: "if (from?.id === 'master')\n            return true;",
  },
  {
    name: 'a task that is killed on its way is handed over all the same',
    file: 'actors/agent/launch/killer.js',
    find: 'else if (this.host.tables.isUndelivered(task)) {',
    replace: 'else if (false) {',
  },
  {
    name: 'a framework that has ended is not remembered',
    file: 'actors/master/frameworks/frameworks.js',
    find: 'of addBounded(this.ended, framework.id, framework, max)',
    replace: 'of [framework]',
  },
  {
    name: 'an agent that is back is not told which frameworks have ended',
    file: 'actors/master/agents/reconciliation.js',
    find: "actor.send(agent.pid, 'mesos.internal.ShutdownFrameworkMessage', { framework_id: { value: id } });",
    replace: '',
  },
  {
    name: 'a question for a task that its agent does not know is not answered',
    file: 'actors/master/tasks/reconciliation.js',
    find: 'if (answer === undefined)',
    replace: "if (answer === undefined || answer.state === 'TASK_GONE')",
  },
  {
    name: 'the end of an operation is told before it is stored',
    file: 'actors/agent/operations/operations.js',
    find: "this.journal.state(state, this.later({ type: 'RECORDED' }));",
    replace: "(this.journal.state(state, () => {}), this.later({ type: 'RECORDED' })());",
  },
  {
    name: 'a master acknowledges operations in place of their frameworks',
    file: 'actors/master/operations/operations.js',
    find: 'if (info.id === undefined || frameworkId === undefined)',
    replace: 'if (true)',
  },
  {
    name: 'a master forgets an operation when its end is forwarded',
    file: 'actors/master/operations/operations.js',
    find: 'if (this.isTerminal(record) && status.uuid === undefined)',
    replace: 'if (this.isTerminal(record))',
  },
  {
    name: 'an operation that came to nothing on its way is never told of',
    file: 'actors/master/operations/operations.js',
    find: 'asked.push(record);',
    replace: '',
  },
];
