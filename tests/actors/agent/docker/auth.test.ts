/** Images of a private registry, and when they are pulled: a real engine, a real registry. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { registryAuth } from '../../../../actors/agent/docker/auth.ts';
import { type CommandInfo, ContainerInfoType, TaskState } from '../../../../proto/generated/types/v1.ts';
import { canRunDocker, startEngine } from '../../../support/dockerEngine.ts';
import { hasRegistry, startRegistry, type TestRegistry } from '../../../support/dockerRegistry.ts';
import { until } from '../../../support/until.ts';
import { registeredAgent, temporaryFolder } from '../support/realAgent.ts';
import { commandTask } from '../support/testMaster.ts';

const { TASK_FINISHED, TASK_FAILED } = TaskState;

let engine: Awaited<ReturnType<typeof startEngine>> | undefined;
let registry: TestRegistry | undefined;
test.before(async () => {
  if (!canRunDocker || !hasRegistry) return;
  engine = await startEngine();
  registry = await startRegistry({ isPrivate: true });
});
test.after.always(async () => {
  await engine?.stop();
  await registry?.stop();
});

/** `image` made of the test engine's own, with VERSION in its environment; pushed and forgotten by the engine. */
function push(folder: string, image: string, version: string): void {
  if (engine === undefined) return;
  mkdirSync(join(folder, 'client'), { recursive: true });
  writeFileSync(join(folder, 'client/config.json'), JSON.stringify(registry?.config));
  const made = engine.docker('create', 'shell:1', 'true').trim();
  engine.docker('commit', '--change', `ENV VERSION=${version}`, made, image);
  engine.docker('rm', made);
  engine.docker('--config', join(folder, 'client'), 'push', '-q', image);
}

const inDocker = (image: string, force_pull_image = false) => ({
  container: { type: ContainerInfoType.DOCKER, docker: { image, force_pull_image } },
});

const isOver = (state: TaskState): boolean => state === TASK_FINISHED || state === TASK_FAILED;

test('who an agent is to a registry: by a fetched file, either form, else by its own; none for others', async (t) => {
  const folder = temporaryFolder(t);
  const auth = Buffer.from('me:se:cret').toString('base64');
  const said = async (image: string, config?: unknown) => {
    const text = await registryAuth(image, folder, config);
    t.is((text?.length ?? 0) % 4, 0);
    return text === undefined ? undefined : JSON.parse(Buffer.from(text, 'base64url').toString());
  };
  const own = { auths: { 'https://index.docker.io/v1/': { auth } } };
  t.deepEqual(await said('library/app', own), {
    username: 'me',
    password: 'se:cret',
    serveraddress: 'https://index.docker.io/v1/',
  });
  t.is(await said('host:5000/app', own), undefined);
  writeFileSync(join(folder, '.dockercfg'), JSON.stringify({ 'https://host:5000': { auth } }));
  t.is((await said('host:5000/app', own)).serveraddress, 'host:5000');
  writeFileSync(join(folder, '.dockercfg'), 'no JSON');
  t.is(await said('host:5000/app'), undefined);
  for (const empty of ['{"auths":null}', 'null', '[]', '"x"', '{"auths":{"host:5000":null}}']) {
    writeFileSync(join(folder, '.dockercfg'), empty);
    t.is(await said('host:5000/app'), undefined, empty);
  }
  // A link that was fetched leads to what others may read, not the task.
  const elsewhere = temporaryFolder(t);
  writeFileSync(join(elsewhere, 'config.json'), JSON.stringify({ auths: { 'host:5000': { auth } } }));
  symlinkSync(elsewhere, join(folder, '.docker'));
  t.is(await said('host:5000/app'), undefined);
});

test('as root with Docker and a registry: a private image by the agent’s credentials, by fetched ones, and by none', async (t) => {
  const image = `${registry?.address ?? 'localhost:1'}/private/app:1`;
  const files = temporaryFolder(t);
  push(files, image, 'private');
  writeFileSync(join(files, 'config.json'), JSON.stringify(registry?.config ?? {}));
  const uri = { value: join(files, 'config.json'), output_file: '.docker/config.json' };
  const flags = { containerizers: 'docker,mesos', docker_socket: engine?.socket ?? '/nowhere/docker.sock' };
  const command: CommandInfo = { value: '[ "$VERSION" = private ]' };

  const stranger = await registeredAgent(t, flags);
  const forget = () => engine?.docker('rmi', '-f', image);
  forget();
  stranger.master.run(commandTask('none', '', { command, ...inDocker(image) }));
  await until('it ends', () => stranger.master.states('none').some(isOver));
  const said = stranger.master.statuses('none').at(-1)?.message ?? '';
  if (engine === undefined) {
    t.regex(said, /no Docker engine answers/);
    return;
  }
  t.regex(said, /cannot be pulled: .*(no basic auth credentials|unauthorized|authentication required)/);

  stranger.master.run(
    commandTask('fetched', '', { command: { ...command, uris: [uri] }, ...inDocker(image) }),
  );
  await until('it ends', () => stranger.master.states('fetched').some(isOver));
  t.true(
    stranger.master.states('fetched').includes(TASK_FINISHED),
    stranger.master.statuses('fetched').at(-1)?.message,
  );
  forget();

  const known = await registeredAgent(t, { ...flags, docker_config: JSON.stringify(registry?.config) });
  known.master.run(commandTask('own', '', { command, ...inDocker(image) }));
  await until('it ends', () => known.master.states('own').some(isOver));
  t.true(known.master.states('own').includes(TASK_FINISHED), known.master.statuses('own').at(-1)?.message);
});

test('as root with Docker and a registry: an image that is there is pulled again only when it is asked for', async (t) => {
  const image = `${registry?.address ?? 'localhost:1'}/private/changing:1`;
  const files = temporaryFolder(t);
  const flags = {
    containerizers: 'docker,mesos',
    docker_socket: engine?.socket ?? '/nowhere/docker.sock',
    docker_config: JSON.stringify(registry?.config ?? {}),
  };
  push(files, image, 'new');
  // What the engine has by that name is older than what the registry has.
  engine?.docker('tag', 'shell:1', image);
  const { master } = await registeredAgent(t, flags);
  const command: CommandInfo = { value: '[ "$VERSION" = new ]' };
  for (const isForced of [false, true]) {
    const id = isForced ? 'forced' : 'present';
    master.run(commandTask(id, '', { command, ...inDocker(image, isForced) }));
    await until('it ends', () => master.states(id).some(isOver));
    const last = master.statuses(id).at(-1);
    if (engine === undefined) t.regex(last?.message ?? '', /no Docker engine answers/);
    else t.is(last?.state, isForced ? TASK_FINISHED : TASK_FAILED, last?.message);
  }
});
