import { registryFlags, runRegistryCommand } from '../../actors/master/registrar/command.ts';
import { realPorts } from '../realPorts.ts';
import { defineRole } from './role.ts';

/** `--role=registry`: a copy of the registry into a file, and back. Ends when it is done. */
export const registry = defineRole({
  name: 'registry',
  synopsis:
    'mesostate --role=registry --snapshot=FILE|--restore=FILE --work_dir=DIR|--etcd=http://HOST:PORT,…/PATH|--master=http://HOST:PORT',
  table: registryFlags,
  loggingLevel: 'WARNING',
  async start(values, { print }) {
    print(await runRegistryCommand(values, realPorts()));
    return { done: Promise.resolve(0), stop: () => Promise.resolve() };
  },
});
