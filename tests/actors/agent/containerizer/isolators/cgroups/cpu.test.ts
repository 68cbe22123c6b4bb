/** Shares and quotas of cpu, measured on real processes by what the kernel counts for their cgroups. */
import * as fs from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import test from 'ava';
import { cpuQuotaUs, cpuWeight } from '../../../../../../actors/agent/containerizer/isolators/cgroups/cpu.ts';
import { until } from '../../../../../support/until.ts';
import { hasCgroups, IsolatedBench, runsUnlimited } from '../../support.ts';

const cpus = (cpus: number, more: object = {}) => ({ cpus, mem: 64, disk: 0, revocable: false, ...more });

const canMeasure = hasCgroups(['cpu', 'cpuacct', 'cpuset']);

test('weights and quotas are those of Mesos', (t) => {
  const rows: [number, 1 | 2, object, number][] = [
    [1, 1, {}, 1024],
    [0.5, 1, {}, 512],
    [0.001, 1, {}, 2],
    [4, 1, { revocable: true }, 40],
    [0.1, 1, { revocable: true }, 2],
    [1, 2, {}, 100],
    [0.001, 2, {}, 1],
    [3, 2, { revocable: true }, 3],
  ];
  for (const [amount, version, more, weight] of rows)
    t.is(cpuWeight(version, cpus(amount, more), true), weight);
  t.is(cpuWeight(1, cpus(4, { revocable: true }), false), 4096);
  t.is(cpuQuotaUs(cpus(1.5), false), undefined);
  t.is(cpuQuotaUs(cpus(1.5), true), 150_000);
  t.is(cpuQuotaUs(cpus(0.001), true), 1000);
  t.is(cpuQuotaUs(cpus(1, { cpusLimit: 2 }), false), 200_000);
  t.is(cpuQuotaUs(cpus(1, { cpusLimit: Number.POSITIVE_INFINITY }), true), Number.POSITIVE_INFINITY);
});

/** What else runs on this machine, however much, does not keep this bench's containers from their cpus. */
function favour({ cgroupsRoot }: IsolatedBench): void {
  for (const group of [dirname(cgroupsRoot), cgroupsRoot])
    fs.writeFileSync(`/sys/fs/cgroup/cpu/${group}/cpu.shares`, '262144');
}

/** Counted by the kernel, in nanoseconds. */
function cpuTime(bench: IsolatedBench, id: string): number {
  return Number(bench.cgroupFile('cpuacct', id, 'cpuacct.usage'));
}

test('as root with cgroups: of a hog beside another, each gets its share within 5 %', async (t) => {
  const flags = { isolation: 'cgroups/cpu,cgroups/cpuset' };
  if (!canMeasure) return runsUnlimited(t, flags);
  const bench = new IsolatedBench(t, flags);
  favour(bench);
  // On one cpu, where both want all of it: what others do there takes from both alike.
  const spin = 'echo 0 >/dev/null; while :; do :; done';
  const ids = [0.9, 0.3].map((amount) => bench.launch(spin, { resources: cpus(amount) }));
  for (const id of ids) {
    await bench.started(id);
    fs.writeFileSync(
      `/sys/fs/cgroup/cpuset/${bench.cgroupsRoot}/${id}/cpuset.cpus`,
      `${availableParallelism() - 1}`,
    );
  }
  const [big = '', small = ''] = ids;
  /** Both counters of one moment: who reads them may be held up in between. */
  const moment = () => {
    const [before, ofSmall, ofBig] = [cpuTime(bench, big), cpuTime(bench, small), cpuTime(bench, big)];
    return ofBig - before < 5e6 ? { ofBig, ofSmall } : undefined;
  };
  const first = await until('a moment', moment);
  const last = await until('both ran for long enough', () => {
    const now = moment();
    return now !== undefined && now.ofSmall - first.ofSmall > 700e6 ? now : undefined;
  });
  const ratio = (last.ofBig - first.ofBig) / (last.ofSmall - first.ofSmall);
  t.true(Math.abs(ratio / 3 - 1) < 0.05, `3 : 1 was asked for, ${ratio} : 1 was got`);
});

test('as root with cgroups: a hog gets what its quota allows and no more, within 5 %', async (t) => {
  const flags = { isolation: 'cgroups/cpu', cgroups_enable_cfs: 'true' };
  if (!canMeasure) return runsUnlimited(t, flags);
  const bench = new IsolatedBench(t, flags);
  favour(bench);
  // With shares that no load of the machine keeps it from its quota.
  const id = bench.launch('while :; do :; done', { resources: cpus(20, { cpusLimit: 0.3 }) });
  await bench.started(id);
  const counted = () => {
    const { cpus_nr_periods = 0, cpus_nr_throttled = 0 } = bench.containerizer.usage(id) ?? {};
    return { periods: cpus_nr_periods, throttled: cpus_nr_throttled };
  };
  /** All counters within one period: who reads them may be held up in between. */
  const moment = () => {
    const [before, ns, after] = [counted(), cpuTime(bench, id), counted()];
    return before.periods === after.periods ? { ...before, ns } : undefined;
  };
  await until('it was throttled', () => counted().throttled > 0);
  const first = await until('a moment', moment);
  const last = await until('forty periods passed', () => {
    const now = moment();
    return now !== undefined && now.periods - first.periods >= 40 ? now : undefined;
  });
  const periods = last.periods - first.periods;
  const used = (last.ns - first.ns) / periods / 100e6;
  t.true(used < 0.3 * 1.05, `it used ${used} cpus of 0.3`);
  // Where the machine had no time for it, it was not throttled either.
  const wasThrottled = last.throttled - first.throttled >= periods - 1;
  t.true(!wasThrottled || used > 0.3 * 0.95, `it used ${used} cpus of 0.3`);
});
