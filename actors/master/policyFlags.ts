/** Flags of a master about who is offered what, and how fast frameworks are heard. */
import { domainFlag } from '../../proto/domainFlag.ts';
import { boolean, bytes, integer, json, path } from '../../runtime/flags/index.ts';
import { readRateLimits } from './frameworks/rateLimits.ts';

export const policyFlags = {
  whitelist: path({
    help: 'File with the host names of the agents that may be offered, one a line; read every 5 seconds. All when left out',
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
