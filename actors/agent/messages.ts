/** Which part of the agent each message is for. */
import type { ReconcileOperationsMessageOperation } from '../../proto/generated/types/internal.ts';
import type { MessageTypes } from '../../proto/generated/types/names.ts';
import { providerOf } from '../../proto/resources/index.ts';
import type { Pid } from '../../runtime/pid.ts';
import type { AgentMembers } from './agentParts.ts';

type Name = keyof MessageTypes & string;

/** Where messages come in. */
export interface Inbox {
  install<K extends Name>(name: K, handle: (message: MessageTypes[K], from: Pid | undefined) => void): void;
  /** Orders: taken from the detected master alone, and while the agent may obey. */
  ofMaster<K extends Name>(name: K, handle: (message: MessageTypes[K]) => void): void;
  /** Runs it when the orders that came before have been carried out. */
  inOrder(run: () => void): void;
  /** The version of the agent's resources, now. */
  resourceVersion(): Uint8Array;
}

export function installMessages(made: AgentMembers, inbox: Inbox): void {
  installRegistration(made, inbox);
  installOrders(made, inbox);
  installOperations(made, inbox);
  installExecutors(made, inbox);
}

function installRegistration({ registration, updates, drivers }: AgentMembers, inbox: Inbox): void {
  inbox.install('mesos.internal.SlaveRegisteredMessage', (m, from) => registration.registered(m, from));
  inbox.install('mesos.internal.SlaveReregisteredMessage', (m, from) => registration.reregistered(m, from));
  inbox.install('mesos.internal.PingSlaveMessage', (m, from) => registration.ping(m, from));
  // Also while the agent recovers or ends; but never before a kill that came first, of a task that would then be unknown.
  inbox.install('mesos.internal.StatusUpdateAcknowledgementMessage', (m, from) => {
    if (registration.isFromMaster(from, 'StatusUpdateAcknowledgementMessage'))
      inbox.inOrder(() => updates.acknowledged(m));
  });
  inbox.install('mesos.internal.ShutdownExecutorMessage', (m, from) => {
    if (registration.isFromMaster(from, 'ShutdownExecutorMessage')) inbox.inOrder(() => drivers.shutDown(m));
  });
}

function installOrders(made: AgentMembers, inbox: Inbox): void {
  const { registration, launcher, killer, frameworks, drivers, draining } = made;
  inbox.ofMaster('mesos.internal.RunTaskMessage', (m) => launcher.runTask(m));
  inbox.ofMaster('mesos.internal.RunTaskGroupMessage', (m) => launcher.runTaskGroup(m));
  inbox.ofMaster('mesos.internal.KillTaskMessage', (m) => killer.killTask(m));
  inbox.ofMaster('mesos.internal.DrainSlaveMessage', (m) => draining.start(m.config));
  inbox.ofMaster('mesos.internal.ShutdownFrameworkMessage', (m) => frameworks.shutDown(m));
  inbox.ofMaster('mesos.internal.UpdateFrameworkMessage', (m) => frameworks.update(m));
  inbox.ofMaster('mesos.internal.FrameworkToExecutorMessage', (m) => drivers.toExecutor(m));
  inbox.ofMaster('mesos.internal.ShutdownMessage', (m) => {
    made.host.log.warn('The master shuts this agent down', { message: m.message });
    registration.shutdown();
  });
}

/** What is on resources of a provider is the provider's, unless the agent has answered for it. */
function installOperations({ registration, operations, providers }: AgentMembers, inbox: Inbox): void {
  inbox.ofMaster('mesos.internal.ApplyOperationMessage', (m) => {
    if (providerOf(m.operation_info) === undefined) {
      operations.apply(m, inbox.resourceVersion());
      return;
    }
    const notTaken = providers.operations.apply(m);
    if (notTaken !== undefined) operations.decline(m, notTaken);
  });
  inbox.ofMaster('mesos.internal.CheckpointResourcesMessage', (m) => operations.checkpoint(m));
  inbox.ofMaster('mesos.internal.ReconcileOperationsMessage', (m) => {
    const asked = m.operations ?? [];
    const isProvided = ({ resource_provider_id, operation_uuid }: ReconcileOperationsMessageOperation) =>
      resource_provider_id !== undefined && !operations.hasEnd(operation_uuid);
    operations.reconcile({ ...m, operations: asked.filter((each) => !isProvided(each)) });
    const provided = { ...m, operations: asked.filter(isProvided) };
    providers.operations.reconcile(provided, (id) => providers.isKnown(id));
  });
  inbox.install('mesos.internal.AcknowledgeOperationStatusMessage', (m, from) => {
    if (!registration.isFromMaster(from, 'AcknowledgeOperationStatusMessage')) return;
    if (m.resource_provider_id === undefined || operations.hasEnd(m.operation_uuid))
      operations.acknowledged(m);
    else providers.operations.acknowledged(m);
  });
}

function installExecutors({ drivers }: AgentMembers, inbox: Inbox): void {
  inbox.install('mesos.internal.RegisterExecutorMessage', (m, from) => drivers.register(m, from));
  inbox.install('mesos.internal.ReregisterExecutorMessage', (m, from) => drivers.reregister(m, from));
  inbox.install('mesos.internal.StatusUpdateMessage', (m, from) => drivers.statusUpdate(m, from));
  inbox.install('mesos.internal.ExecutorToFrameworkMessage', (m) => drivers.toFramework(m));
}
