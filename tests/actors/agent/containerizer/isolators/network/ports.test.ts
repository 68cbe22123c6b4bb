/** network/ports, with real listeners. */
import { createServer } from 'node:net';
import test from 'ava';
import { PortsIsolator } from '../../../../../../actors/agent/containerizer/isolators/network/ports.ts';
import { TaskStatusReason } from '../../../../../../proto/generated/types/v1.ts';
import { realPorts } from '../../../../../../runtime/index.ts';
import { ownPort } from '../../../../../support/ports.ts';
import { until } from '../../../../../support/until.ts';
import { hasCgroups, IsolatedBench } from '../../support.ts';

const LOOKING = { isolation: 'network/ports', container_ports_watch_interval: '20ms' };
const ENFORCING = { ...LOOKING, enforce_container_ports: 'true' };

/** A program that listens on a port, says so, and ends when told to. */
function listener(port: number, host: '127.0.0.1' | 'everywhere' = '127.0.0.1'): string {
  const code = `require('node:net').createServer().listen(${port}${host === 'everywhere' ? '' : `, '${host}'`}, () => require('node:fs').writeFileSync('listening', ''))`;
  return `${process.execPath} -e "${code}"`;
}

const given = (...ports: number[]) => {
  const ranges = ports.map((port) => ({ begin: port, end: port }));
  return { resources: { cpus: 1, mem: 32, disk: 0, revocable: false, ports: ranges } };
};

async function listens(bench: IsolatedBench, id: string): Promise<void> {
  await until(`${id} listens`, () => bench.has(id, 'listening'));
}

test('a container that listens where it was not told to ends, and is told where; one that may goes on', async (t) => {
  const bench = new IsolatedBench(t, ENFORCING);
  const [own, other, third] = [await ownPort(), await ownPort(), await ownPort()];
  const good = bench.launch(`exec ${listener(own)}`, given(own));
  await listens(bench, good);
  for (const [port, host] of [
    [other, '127.0.0.1'],
    [third, 'everywhere'],
  ] as const) {
    const bad = bench.launch(listener(port, host), given(own));
    const { limitation } = await bench.over(bad);
    t.is(limitation?.reason, TaskStatusReason.REASON_CONTAINER_LIMITATION);
    t.is(limitation?.message, `Container ${bad} is listening on unallocated port(s): [${port}-${port}]`);
    t.deepEqual(limitation?.resources[0]?.ranges, { range: [{ begin: port, end: port }] });
  }
  t.is(bench.of(good).limitation, undefined);
  t.false(bench.of(good).over);
  // What it no longer has, it may no longer use.
  bench.containerizer.update(good, () => given(other).resources);
  const { limitation } = await bench.over(good);
  t.regex(limitation?.message ?? '', new RegExp(`\\[${own}-${own}\\]$`));
});

test('containers inside another use what that has, and are ended by themselves', async (t) => {
  const bench = new IsolatedBench(t, ENFORCING);
  const [own, other] = [await ownPort(), await ownPort()];
  const outer = bench.launch('exec sleep 1000', given(own));
  await bench.started(outer);
  const good = bench.launch(`exec ${listener(own)}`, { containerId: `${outer}.good` });
  await listens(bench, good);
  const bad = bench.launch(`exec ${listener(other)}`, { containerId: `${outer}.bad` });
  t.regex((await bench.over(bad)).limitation?.message ?? '', /is listening on unallocated/);
  t.deepEqual(
    [outer, good].map((id) => bench.of(id).over),
    [false, false],
  );
});

test('without --enforce_container_ports it is told once', async (t) => {
  const bench = new IsolatedBench(t, LOOKING);
  const [first, second] = [await ownPort(), await ownPort()];
  const ids = [bench.launch(listener(first), given()), bench.launch(listener(second), given())];
  const told = (id: string) => bench.warnings.filter((text) => text.includes(`Container ${id} is listening`));
  await until('both are told of', () => ids.every((id) => told(id).length > 0));
  const third = bench.launch(listener(await ownPort()), given());
  await until('a third is told of', () => told(third).length > 0);
  t.deepEqual(
    ids.map((id) => told(id).length),
    [1, 1],
  );
  t.deepEqual(
    ids.map((id) => bench.of(id).over),
    [false, false],
  );
});

test('only ports that are asked for are looked at: a range, or what the agent offers', async (t) => {
  const [inside, outside] = [await ownPort(), await ownPort()];
  const bench = new IsolatedBench(t, {
    ...ENFORCING,
    container_ports_isolated_range: `[${inside}-${inside}]`,
  });
  const free = bench.launch(`exec ${listener(outside)}`, given());
  await listens(bench, free);
  const bound = bench.launch(listener(inside), given());
  await bench.over(bound);
  t.false(bench.of(free).over);
  const both = { ...ENFORCING, container_ports_isolated_range: '[1-2]', check_agent_port_range_only: 'true' };
  t.throws(() => new IsolatedBench(t, both), { message: /do not go together$/ });
});

test('an agent that is started again knows what its containers were given, and gave back', async (t) => {
  const bench = new IsolatedBench(t, { ...LOOKING, container_ports_watch_interval: '1hrs' });
  const [own, former] = [await ownPort(), await ownPort()];
  const good = bench.launch(`exec ${listener(own)}`, given(own));
  const bad = bench.launch(`exec ${listener(former)}`, given(former));
  for (const id of [good, bad]) await listens(bench, id);
  bench.containerizer.update(bad, () => given().resources);
  bench.restartWith(ENFORCING);
  bench.containerizer.recover([good, bad], bench.sink);
  t.regex((await bench.over(bad)).limitation?.message ?? '', new RegExp(`\\[${former}-${former}\\]$`));
  t.false(bench.of(good).over);
});

test('as root: what left its session is found by its cgroup', async (t) => {
  if (!hasCgroups(['pids'])) {
    const bench = new IsolatedBench(t, ENFORCING);
    t.is((await bench.over(bench.launch('exit 3', given()))).status?.kind, 'exited');
    return;
  }
  const bench = new IsolatedBench(t, { ...ENFORCING, isolation: 'network/ports,cgroups/pids' });
  const port = await ownPort();
  // Its parent is gone, and its session its own.
  const id = bench.launch(`(setsid -f ${listener(port)}); exec sleep 1000`, given());
  t.regex((await bench.over(id)).limitation?.message ?? '', new RegExp(`\\[${port}-${port}\\]$`));
});

test('a look that fails is told, and the next one follows', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.teardown(() => void server.close());
  const told: string[] = [];
  const isolator = new PortsIsolator({
    clock: realPorts().clock,
    events: { limited: () => {}, noticed: (text) => told.push(text) },
    intervalMs: 1,
    enforce: false,
    dirOf: () => {
      throw new Error('too many open files');
    },
    processesOf: () => [],
  });
  t.teardown(() => isolator.close());
  isolator.prepare({ containerId: 'one', resources: given().resources } as never);
  await until('it looks again', () => told.length >= 2);
  t.is(told[0], 'who listens on which port is not known now: too many open files');
});
