/** Flags of Apache Mesos' master that mean nothing here: what to do instead is told to who moves (mesos 1.11, configuration). */
import type { ForeignFlag } from '../../runtime/flags/index.ts';

const instead = (text: string): ForeignFlag => ({ instead: text, harmless: false });
const harmless = (text: string): ForeignFlag => ({ instead: text, harmless: true });

const IN_ETCD = 'masters meet in etcd, --etcd=http://HOST:PORT,…/PATH; a single master needs neither';
const BUILT_IN = 'it is built in, and modules of machine code cannot be loaded';
const LOG = 'there is no replicated log, the registry is in etcd or below --work_dir';

export const foreignMasterFlags: Readonly<Record<string, ForeignFlag>> = {
  zk: instead(IN_ETCD),
  master_contender: instead(IN_ETCD),
  master_detector: instead(IN_ETCD),
  zk_session_timeout: instead('the time is --etcd_session_timeout'),
  quorum: harmless('etcd has a quorum of its own'),
  log_auto_initialize: harmless(LOG),
  registry_strict: harmless('the registry is always strict'),
  modules: instead(BUILT_IN),
  modules_dir: instead(BUILT_IN),
  hooks: instead(BUILT_IN),
  allocator: instead(`${BUILT_IN}; it is Mesos' hierarchical one`),
  authorizers: instead(`${BUILT_IN}; rules are given by --acls`),
  user_sorter: instead('the flag is --role_sorter'),
  default_roles: instead('roles need not be listed'),
  ip_discovery_command: instead('give the address by --ip and --advertise_ip'),
  hostname_lookup: harmless('names are never looked up; give one by --hostname'),
  initialize_driver_logging: harmless('there is no native driver'),
  external_log_file: harmless('the log is on stderr, and in --log_dir'),
  logbufsecs: harmless('log lines are not held back'),
  memory_profiling: harmless('profile with node --inspect'),
  webui_dir: harmless('the page is part of the package'),
};
