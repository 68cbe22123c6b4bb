/** Flags of Apache Mesos' agent that mean nothing here: what to do instead is told to who moves (mesos 1.11, configuration). */
import type { ForeignFlag } from '../../runtime/flags/index.ts';

const instead = (text: string): ForeignFlag => ({ instead: text, harmless: false });
const harmless = (text: string): ForeignFlag => ({ instead: text, harmless: true });

const BUILT_IN = 'it is built in, and modules of machine code cannot be loaded';
const NO_PERF = 'there is no isolator for perf events';
const NO_APPC = 'images are those of Docker and of OCI';
const NO_SYSTEMD =
  'containers are sessions of their own, and outlive the agent under systemd with KillMode=process';

export const foreignAgentFlags: Readonly<Record<string, ForeignFlag>> = {
  master_detector: instead('name the etcd by --master=etcd://HOST:PORT,…/PATH'),
  modules_dir: instead(BUILT_IN),
  hooks: instead(BUILT_IN),
  secret_resolver: instead(BUILT_IN),
  disk_profile_adaptor: instead(BUILT_IN),
  csi_plugin_config_dir: instead('there are no storage plugins'),
  resource_provider_config_dir: instead(
    'resource providers are started by whoever owns them, and subscribe by themselves',
  ),
  appc_store_dir: instead(NO_APPC),
  appc_simple_discovery_uri_prefix: harmless(NO_APPC),
  perf_events: instead(NO_PERF),
  perf_duration: harmless(NO_PERF),
  perf_interval: harmless(NO_PERF),
  systemd_enable_support: harmless(NO_SYSTEMD),
  systemd_runtime_directory: harmless(NO_SYSTEMD),
  launcher_dir: harmless('the launcher is part of the package'),
  docker: harmless('the engine is asked at --docker_socket, no program is run'),
  docker_mesos_image: instead('executors run beside the containers, not in one'),
  http_command_executor: harmless('the built-in executor is part of the agent'),
  executor_reregistration_retry_interval: harmless('executors come back by themselves'),
  hostname_lookup: harmless('names are never looked up; give one by --hostname'),
  initialize_driver_logging: harmless('there is no native driver'),
  external_log_file: harmless('the log is on stderr, and in --log_dir'),
  logbufsecs: harmless('log lines are not held back'),
  memory_profiling: harmless('profile with node --inspect'),
};
