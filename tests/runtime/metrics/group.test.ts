import test from 'ava';
import { MetricsGroup, MetricsRegistry } from '../../../runtime/metrics/index.ts';
import { VirtualClock } from '../../../runtime/virtualPorts.ts';

test('metrics of a group are the registry’s, and end together', (t) => {
  const registry = new MetricsRegistry(new VirtualClock());
  const group = new MetricsGroup(registry, 'f/a/');
  registry.counter('f/ab/1');
  group.counter('1').value++;
  group.gauge('2', () => 7);
  t.is(group.counter('1').value, 1);
  t.deepEqual(registry.snapshot(), { 'f/a/1': 1, 'f/a/2': 7, 'f/ab/1': 0 });
  t.is(group.clear(), 2);
  t.deepEqual(registry.snapshot(), { 'f/ab/1': 0 });
  t.is(group.clear(), 0);
  t.is(group.counter('1').value, 0);
});

/** A registry that counts which names it was asked to take away. */
class CountedRegistry extends MetricsRegistry {
  readonly removed: string[] = [];

  override remove(name: string): boolean {
    this.removed.push(name);
    return super.remove(name);
  }

  override entries(): ReturnType<MetricsRegistry['entries']> {
    throw new Error('looked at all there are');
  }
}

test('the end of a group touches its own names alone, however many others there are', (t) => {
  const registry = new CountedRegistry(new VirtualClock());
  for (let n = 0; n < 1000; n++) registry.counter(`other/${n}`);
  const group = new MetricsGroup(registry, 'mine/');
  group.counter('1');
  group.counter('1');
  group.gauge('2', () => 1);
  group.clear();
  t.deepEqual(registry.removed, ['mine/1', 'mine/2']);
});
