/** What is told of tasks that have secrets. */
import test from 'ava';
import { ContainerInfoType, ImageType, SecretType, VolumeMode, VolumeSourceType } from '../../proto/index.ts';
import { veiledCommand, veiledContainer, veiledExecutor } from '../../proto/secrets.ts';

const secret = { type: SecretType.VALUE, value: { data: Buffer.from('hush') } };
const veiled = { type: SecretType.VALUE };
const reference = { type: SecretType.REFERENCE, reference: { name: 'a' } };

test('values of secrets are left out, names of them stay', (t) => {
  const container = (given: object) => ({
    type: ContainerInfoType.MESOS,
    volumes: [
      { container_path: 'a', mode: VolumeMode.RO, host_path: '/a' },
      {
        container_path: 'b',
        mode: VolumeMode.RO,
        source: { type: VolumeSourceType.SECRET, secret: { type: SecretType.VALUE, ...given } },
      },
    ],
    mesos: {
      image: {
        type: ImageType.DOCKER,
        docker: { name: 'i', config: { type: SecretType.VALUE, ...given } },
      },
    },
  });
  t.deepEqual(veiledContainer(container({ value: secret.value })), container({}));
  const command = (given: object) => ({
    value: 'c',
    environment: {
      variables: [
        { name: 'A', value: 'x' },
        { name: 'B', secret: { type: SecretType.VALUE, ...given } },
      ],
    },
  });
  t.deepEqual(veiledCommand(command({ value: secret.value })), command(veiled));
  const executor = { executor_id: { value: 'e' }, command: command({ value: secret.value }) };
  t.deepEqual(veiledExecutor(executor), { ...executor, command: command({}), container: undefined });
});

test('what holds no values is the same', (t) => {
  const container = {
    type: ContainerInfoType.MESOS,
    volumes: [
      {
        container_path: 'b',
        mode: VolumeMode.RO,
        source: { type: VolumeSourceType.SECRET, secret: reference },
      },
    ],
  };
  const command = { environment: { variables: [{ name: 'B', secret: reference }] } };
  const executor = { executor_id: { value: 'e' }, command, container };
  t.is(veiledContainer(container), container);
  t.is(veiledCommand(command), command);
  t.is(veiledExecutor(executor), executor);
  t.is(veiledContainer(undefined), undefined);
});
