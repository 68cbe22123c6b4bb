/** What is handed to the store of an instance, and when its task is killed. */
import test from 'ava';
import {
  Instance,
  type InstanceRecord,
} from '../../../../../actors/framework/marathon/instances/instance.ts';
import { InstanceTable } from '../../../../../actors/framework/marathon/instances/table.ts';
import { TaskState } from '../../../../../proto/index.ts';
import { VirtualClock } from '../../../../../runtime/virtualPorts.ts';

function world() {
  const told: string[] = [];
  const clock = new VirtualClock();
  const wiped = ({ wiped }: InstanceRecord): string => (wiped ? ' wiped' : '');
  const table = new InstanceTable({
    clock,
    delay: (delayMs, run) => clock.setTimer(delayMs, run),
    times: { launchConfirmMs: 1_000, launchMs: 1_000, reservationMs: 1_000 },
    strategyOf: () => 'disabled',
    save: (record) => told.push(`saved ${record.state}${wiped(record)}`),
    forget: () => told.push('forgotten'),
    kill: () => told.push('kill'),
    overdue: () => told.push('overdue'),
    moved: () => undefined,
    failed: (where, error) => told.push(`${where}: ${error}`),
  });
  const instance = new Instance({
    ...{ id: 'a.instance-00000000-0000-4000-8000-000000000000', service: '/a', number: 0, role: '*' },
    ...{ version: 'v', config: 'v', resident: false, sinceMs: 0 },
  });
  table.add(instance);
  const began = (): void => void told.splice(0);
  return { table, instance, clock, told, began };
}

test('a kill is written down before it is asked for: who begins anew between the two knows of it', (t) => {
  const { table, instance, told, began } = world();
  table.step(instance, { type: 'PROVISIONED' });
  table.step(instance, { type: 'RUNNING' });
  began();
  table.step(instance, { type: 'KILL_REQUESTED', wipe: false });
  t.deepEqual(told, ['saved killing', 'kill']);
});

test('that the reservation goes too is written down before the kill is asked for again', (t) => {
  const { table, instance, told, began } = world();
  table.step(instance, { type: 'PROVISIONED' });
  table.step(instance, { type: 'KILL_REQUESTED', wipe: false });
  began();
  table.step(instance, { type: 'KILL_REQUESTED', wipe: true });
  t.deepEqual(told, ['saved killing wiped', 'kill']);
});

test('so is the kill of one that took too long to begin', (t) => {
  const { table, instance, clock, told, began } = world();
  table.step(instance, { type: 'PROVISIONED' });
  began();
  clock.advance(1_000);
  t.deepEqual(told, ['overdue', 'saved killing', 'kill']);
});

test('how long an agent was unreachable counts, not what its master’s clock shows', (t) => {
  const hourMs = 3600 * 1000;
  for (const aheadMs of [0, 5 * hourMs, -5 * hourMs]) {
    const { table, instance, clock } = world();
    instance.tasks = [{ id: 'a', container: '_app', state: 'TASK_RUNNING', ipAddresses: [] }];
    table.step(instance, { type: 'PROVISIONED' });
    const masterMs = clock.now() + aheadMs;
    table.take(instance, {
      task_id: { value: 'a' },
      state: TaskState.TASK_UNREACHABLE,
      timestamp: masterMs / 1000,
      unreachable_time: { nanoseconds: (masterMs - 90_000) * 1e6 },
    });
    t.is(Math.round((instance.unreachableSinceMs ?? 0) - clock.now()), -90_000);
  }
});
