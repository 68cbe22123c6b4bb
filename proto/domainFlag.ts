/** `--domain` of masters and agents: the region and zone they are in. */
import { json } from '../runtime/flags/index.ts';
import type { DomainInfo } from './generated/types/v1.ts';
import { fromJson } from './json.ts';

export const domainFlag = json({
  validate: readDomain,
  help: 'Where this node is: {"fault_domain": {"region": {"name": R}, "zone": {"name": Z}}}',
});

function readDomain(value: unknown): DomainInfo {
  const domain = fromJson('mesos.v1.DomainInfo', value) as DomainInfo;
  if (domain.fault_domain === undefined) throw new Error("expected 'fault_domain' with a region and a zone");
  return domain;
}
