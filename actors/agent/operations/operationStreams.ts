/**
 * The ends of operations on their way to the master, each sent again after 10 s doubling to 10 min until it is acknowledged: the
 * same pattern and the same chart as for updates of tasks (`updates/`), with one update a stream, which is its last.
 */
import type { Operation } from '../../../proto/generated/types/v1.ts';
import { ChartTable } from '../../../statecharts/engine.ts';
import { updateStreamMachine } from '../../../statecharts/updateStream.ts';
import { type AgentHost, chartClock, chartError } from '../host.ts';
import { keyOf, type ResourceJournal } from './resourceJournal.ts';

export class OperationStreams {
  /** By the uuid of the operation, in hexadecimal. */
  readonly chart: ChartTable<typeof updateStreamMachine>;
  private readonly host: AgentHost;
  private readonly journal: ResourceJournal;
  private readonly live = new Map<string, Operation>();
  private paused = true;

  /** Begins paused, with what the journal tells of. */
  constructor(host: AgentHost, journal: ResourceJournal) {
    this.host = host;
    this.journal = journal;
    this.chart = new ChartTable(updateStreamMachine, {
      clock: chartClock(host),
      onError: chartError(host),
      actions: {
        forward: ({ id }) => this.forward(id),
        closeStream: ({ id }) => host.dispatch(() => this.close(id)),
      },
    });
    for (const operation of journal.operations) this.begin(operation);
  }

  has(key: string): boolean {
    return this.live.has(key);
  }

  /** Whether its end is still to be acknowledged; one that is being written down counts. */
  awaits(key: string): boolean {
    const { chart } = this;
    if (!this.has(key) || chart.hasTag(key, 'terminal')) return false;
    return !chart.matches(key, 'recordingAck') && !chart.matches(key, 'paused.recordingAck');
  }

  operations(): IterableIterator<Operation> {
    return this.live.values();
  }

  /** An operation whose end is on disk. */
  begin(operation: Operation): void {
    const key = keyOf(operation.uuid.value);
    this.live.set(key, operation);
    this.chart.start(key);
    if (this.paused) this.chart.step(key, { type: 'PAUSED' });
    this.chart.step(key, { type: 'UPDATE_RECEIVED' });
    this.chart.step(key, { type: 'RECORDED' });
  }

  /** An acknowledgement of anything but the update in flight changes nothing. */
  acknowledge(operationUuid: Uint8Array, statusUuid: Uint8Array): void {
    const key = keyOf(operationUuid);
    const status = this.live.get(key)?.latest_status.uuid;
    if (status === undefined || keyOf(status.value) !== keyOf(statusUuid)) {
      this.host.log.warn('Ignoring the acknowledgement of an operation: no such update is in flight', {
        key,
      });
      return;
    }
    if (!this.chart.can(key, { type: 'ACKNOWLEDGED' })) return;
    this.chart.step(key, { type: 'ACKNOWLEDGED' });
    const recorded = this.host.defer(() => {
      this.chart.step(key, { type: 'ACK_RECORDED', terminal: true });
    });
    this.journal.acknowledged(operationUuid, (error) => {
      if (error === undefined) recorded();
    });
  }

  /** The agent is not registered (any more): nothing is sent. */
  pause(): void {
    this.paused = true;
    for (const key of this.live.keys()) this.chart.step(key, { type: 'PAUSED' });
  }

  /** The agent is registered: all are sent at once. */
  resume(): void {
    this.paused = false;
    for (const key of this.live.keys()) this.chart.step(key, { type: 'RESUMED' });
  }

  /** The agent ends: nothing is sent any more. */
  stop(): void {
    for (const key of this.live.keys()) this.chart.stop(key);
  }

  private forward(key: string): void {
    const { host } = this;
    const operation = this.live.get(key);
    if (operation === undefined) return;
    const { framework_id, latest_status, uuid } = operation;
    host.send(host.master(), 'mesos.internal.UpdateOperationStatusMessage', {
      framework_id,
      slave_id: { value: host.agentId() },
      status: latest_status,
      latest_status,
      operation_uuid: uuid,
    });
  }

  private close(key: string): void {
    this.live.delete(key);
    this.chart.stop(key);
  }
}
