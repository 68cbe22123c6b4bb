/** Flags of a master about who is offered what, and how fast frameworks are heard. */
import { domainFlag } from '../../proto/domainFlag.ts';
import { boolean, bytes, duration, integer, json, number, path } from '../../runtime/flags/index.ts';
import { readRateLimits } from './frameworks/rateLimits.ts';

export const policyFlags = {
  whitelist: path({
    help: 'File with the host names of the agents that may be offered, one a line; read every 5 seconds. All when left out',
  }),
  black_hole_window: duration({
    default: '0secs',
    help: 'Agents on which more than 3 of 4 tasks failed within this time, of 10 at least, are deactivated. 0: none is',
  }),
  host_release_time: duration({
    default: '1weeks',
    min: '1mins',
    help: 'After so long an agent is offered again that a test, or the failure of its tasks, switched off',
  }),
  hosts_off_share_max: number({
    default: 0.3,
    min: 0,
    max: 1,
    help: 'The share of agents that may be off by themselves at a time; beyond it there is an alarm only',
  }),
  domain: domainFlag,
  require_agent_domain: boolean({ help: 'Let in only agents that say in which domain they are' }),
  rate_limits: json({
    validate: readRateLimits,
    help: 'How fast frameworks are heard: {"limits": [{"principal": P, "qps": N, "capacity": N}], "aggregate_default_qps": N}',
  }),
  offer_constraints_re2_max_mem: bytes({
    default: '4096B',
    min: '1B',
    help: 'Memory for a regular expression of offer constraints: a step of its program counts 32 bytes',
  }),
  offer_constraints_re2_max_program_size: integer({
    default: 100,
    min: 1,
    help: 'Largest regular expression of offer constraints, in steps of its program',
  }),
};
