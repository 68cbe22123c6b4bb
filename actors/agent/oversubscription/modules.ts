/** `--modules` as far as this agent has what they name (agent.md §17). */

import { parseResources } from '../../../proto/resources/index.ts';
import * as flag from '../../../runtime/flags/index.ts';
import { LOGROTATE_LOGGER, logLimits } from '../containerLogger/limits.ts';

export const FIXED_ESTIMATOR = 'org_apache_mesos_FixedResourceEstimator';
export const LOAD_CONTROLLER = 'org_apache_mesos_LoadQoSController';

const KNOWN: readonly string[] = [FIXED_ESTIMATOR, LOAD_CONTROLLER, LOGROTATE_LOGGER];

/** Parameters of each module named: module → key → value. */
export type Modules = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Mesos' form: `{"libraries":[{"modules":[{"name":…,"parameters":[{"key":…,"value":…}]}]}]}`. @throws Error naming what is wrong */
export function parseModules(value: unknown): Modules {
  const found = new Map<string, ReadonlyMap<string, string>>();
  for (const library of listOf(value, 'libraries')) {
    for (const each of listOf(library, 'modules')) {
      const name = textOf(each, 'name');
      if (!KNOWN.includes(name)) throw new Error(`module '${name}' is not one of ${KNOWN.join(', ')}`);
      const parameters = listOf(each, 'parameters').map(
        (one) => [textOf(one, 'key'), textOf(one, 'value')] as const,
      );
      found.set(name, new Map(parameters));
    }
  }
  const resources = found.get(FIXED_ESTIMATOR)?.get('resources');
  if (resources !== undefined) parseResources(resources);
  for (const [key, threshold] of found.get(LOAD_CONTROLLER) ?? [])
    if (!(Number(threshold) >= 0)) throw new Error(`parameter ${key}: expected a load, got '${threshold}'`);
  const logger = found.get(LOGROTATE_LOGGER);
  if (logger !== undefined) logLimits((name) => logger.get(name));
  return found;
}

function listOf(value: unknown, field: string): unknown[] {
  const list = fieldOf(value, field) ?? [];
  if (!Array.isArray(list)) throw new Error(`${field}: expected a list`);
  return list;
}

function textOf(value: unknown, field: string): string {
  const text = fieldOf(value, field);
  if (typeof text !== 'string') throw new Error(`${field}: expected a text`);
  return text;
}

function fieldOf(value: unknown, field: string): unknown {
  if (value === null || typeof value !== 'object') throw new Error('expected a JSON object');
  return (value as Record<string, unknown>)[field];
}

export const oversubscriptionFlags = {
  resource_estimator: flag.choice({
    values: [FIXED_ESTIMATOR],
    help: 'Offers what is not in use as revocable resources: a fixed amount, parameter resources of the module',
  }),
  container_logger: flag.choice({
    values: [LOGROTATE_LOGGER],
    help: `Rotates stdout and stderr of containers that become too large: parameters max_stdout_size (10MB),
      logrotate_stdout_options ("rotate N" old files) and the same of stderr, of the module`,
  }),
  qos_controller: flag.choice({
    values: [LOAD_CONTROLLER],
    help: `Ends revocable executors while the machine is too busy: parameters load_threshold_5min and
      load_threshold_15min of the module`,
  }),
  oversubscribed_resources_interval: flag.duration({
    default: '15secs',
    min: '1ms',
    help: 'How often the master is told of revocable resources, when they changed',
  }),
  qos_correction_interval_min: flag.duration({
    default: '1secs',
    min: '1ms',
    help: 'How often, at most, the load is looked at',
  }),
  modules: flag.json({
    default: '{}',
    validate: parseModules,
    help: 'JSON of module parameters, in the form of Mesos',
  }),
};
