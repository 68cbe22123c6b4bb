/** `--role=registry` with real masters: copies from a folder, from a running master and from etcd, and back. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { bootEtcd, hasEtcd } from '../support/etcd.ts';
import { boot, bootAgent, bootMaster, freePort, getJson, scratch } from '../support/processes.ts';
import { until } from '../support/until.ts';

async function registry(t: ExecutionContext, ...flags: string[]) {
  const run = boot(t, ['--role=registry', ...flags]);
  return { code: await run.exited, output: run.output() };
}

interface Slaves {
  readonly slaves: { readonly id: string }[];
  readonly recovered_slaves: { readonly id: string }[];
}

test.serial('the registry of a running master is copied, and restored into a folder', async (t) => {
  const folder = scratch(t);
  const master = await bootMaster(t, folder);
  await bootAgent(t, master, path.join(folder, 'agent'), ['--resources=cpus:1;mem:64']);
  const id = await until('the agent is registered', async () => {
    return (await getJson<Slaves>(`${master.url}/slaves`)).slaves[0]?.id;
  });
  const copy = path.join(folder, 'copy.json');
  t.like(await registry(t, `--snapshot=${copy}`, `--master=${master.url}`), { code: 0 });
  t.true(readFileSync(copy, 'utf8').includes(`slaves/${id}`));
  const shown = await getJson<{ slaves: { slaves: unknown[] } }>(`${master.url}/registrar(1)/registry`);
  t.is(shown.slaves.slaves.length, 1);
  const used = await registry(t, `--snapshot=${copy}.2`, `--work_dir=${folder}/master`);
  t.is(used.code, 69);
  t.regex(used.output, /--work_dir: the registry at .* cannot be opened: .*locked/);
  t.is(await master.end(), 0);
  const full = await registry(t, `--restore=${copy}`, `--work_dir=${folder}/master`);
  t.is(full.code, 69);
  t.regex(full.output, /not empty \(slaves: 1\): --force/);
  t.like(await registry(t, `--restore=${copy}`, `--work_dir=${folder}/master`, '--force'), { code: 0 });
  const moved = await registry(t, `--restore=${copy}`, `--work_dir=${folder}/moved`);
  t.is(moved.code, 0, moved.output);
  t.regex(moved.output, /restored .*moved.* \(slaves: 1\)/);
  const next = boot(t, ['--role=master', `--port=${await freePort()}`, `--work_dir=${folder}/moved`]);
  await next.says(/agents_to_come=1/);
});

test.serial('what is wrong with a copy or with flags is said in a line', async (t) => {
  const folder = scratch(t);
  const file = path.join(folder, 'copy.json');
  writeFileSync(file, '{}');
  const [bad, none, two, where, gone, empty, secret] = await Promise.all([
    registry(t, `--restore=${file}`, `--work_dir=${folder}/w`),
    registry(t, `--work_dir=${folder}/w`),
    registry(t, `--snapshot=${file}`, `--work_dir=${folder}/w`, '--master=http://h:1'),
    registry(t, `--restore=${file}`, '--master=http://127.0.0.1:1'),
    registry(t, `--snapshot=${file}`, '--master=http://127.0.0.1:1'),
    registry(t, `--snapshot=${file}`, `--work_dir=${folder}/mistyped`),
    registry(t, `--snapshot=${file}`, '--etcd=http://me:s3cret@127.0.0.1:1/mesostate'),
  ]);
  t.like(bad, { code: 69 });
  t.regex(bad.output, /--restore: '.*' cannot be used: this is no mesostate-registry-snapshot/);
  t.regex(none.output, /--snapshot, --restore: expected one of them/);
  t.regex(two.output, /--work_dir, --etcd, --master: expected one of them/);
  t.regex(where.output, /--master: only --snapshot asks a running master/);
  t.like(empty, { code: 69 });
  t.regex(empty.output, /--snapshot: there is no registry at .*mistyped\/registry: no master has led there/);
  t.false(existsSync(path.join(folder, 'mistyped')), 'looking makes none');
  t.is(readFileSync(file, 'utf8'), '{}', 'the earlier copy is still there');
  t.regex(secret.output, /http:\/\/…@127.0.0.1:1\/mesostate': user and password are given by --etcd_cred/);
  t.false(secret.output.includes('s3cret'));
  t.regex(gone.output, /--master: 'http:\/\/127.0.0.1:1' does not answer/);
});

if (hasEtcd) {
  test.serial('etcd: a registry is copied while a master runs, and restored when none does', async (t) => {
    const etcd = await bootEtcd(t);
    const folder = scratch(t);
    const port = await freePort();
    const lasting = '--etcd_session_timeout=2mins';
    const master = boot(t, ['--role=master', `--port=${port}`, `--etcd=${etcd.url}`, lasting]);
    await master.says(/leading id=/);
    await bootAgent(t, { port }, path.join(folder, 'agent'), ['--resources=cpus:1;mem:64']);
    await until('the agent is registered', async () => {
      return (await getJson<Slaves>(`http://127.0.0.1:${port}/slaves`)).slaves.length === 1;
    });
    const copy = path.join(folder, 'copy.json');
    t.like(await registry(t, `--snapshot=${copy}`, `--etcd=${etcd.url}`), { code: 0 });
    const mistyped = await registry(t, `--snapshot=${copy}`, `--etcd=${etcd.url}/x`);
    t.is(mistyped.code, 69);
    t.regex(mistyped.output, /there is no registry at .*\/x: no master has led there/);
    const running = await registry(t, `--restore=${copy}`, `--etcd=${etcd.url}`, '--force');
    t.is(running.code, 69);
    t.regex(running.output, /masters run over this etcd; stop them first/);
    t.is(await master.end(), 0);
    const other = etcd.url.replace('/mesostate', '/elsewhere');
    const restored = await registry(t, `--restore=${copy}`, `--etcd=${other}`);
    t.is(restored.code, 0, restored.output);
    t.regex((await registry(t, `--restore=${copy}`, `--etcd=${other}`)).output, /not empty \(slaves: 1\)/);
    const next = boot(t, ['--role=master', `--port=${await freePort()}`, `--etcd=${other}`]);
    await next.says(/agents_to_come=1/);
  });
}
