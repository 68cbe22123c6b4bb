/** Which changes of an agent's configuration keep its id (agent.md §7, step 3). */
import test from 'ava';
import {
  incompatibility,
  type ReconfigurationPolicy,
} from '../../../actors/agent/registration/compatibility.ts';
import type { AgentInfo } from '../../../proto/generated/types/v1.ts';
import { parseAttributes, parseResources } from '../../../proto/resources/index.ts';

const domain = { fault_domain: { region: { name: 'r' }, zone: { name: 'z' } } };

function info(resources: string, attributes: string, more: Partial<AgentInfo> = {}): AgentInfo {
  return {
    hostname: 'host',
    port: 5051,
    resources: parseResources(resources).toMessages(),
    attributes: parseAttributes(attributes),
    ...more,
  };
}

const before = info('cpus:4;mem:1024;ports:[1-10]', 'rack:a;zone:west');

const rows: [string, AgentInfo, ReconfigurationPolicy[]][] = [
  ['nothing', before, ['equal', 'additive']],
  ['the order', info('ports:[1-10];mem:1024;cpus:4', 'zone:west;rack:a'), ['equal', 'additive']],
  ['more cpus', info('cpus:8;mem:1024;ports:[1-10]', 'rack:a;zone:west'), ['additive']],
  ['a new resource', info('cpus:4;mem:1024;ports:[1-10];gpus:1', 'rack:a;zone:west'), ['additive']],
  ['fewer cpus', info('cpus:3;mem:1024;ports:[1-10]', 'rack:a;zone:west'), []],
  ['fewer ports', info('cpus:4;mem:1024;ports:[1-9]', 'rack:a;zone:west'), []],
  ['a new attribute', info('cpus:4;mem:1024;ports:[1-10]', 'rack:a;zone:west;os:x'), ['additive']],
  ['another attribute', info('cpus:4;mem:1024;ports:[1-10]', 'rack:b;zone:west'), []],
  ['an attribute less', info('cpus:4;mem:1024;ports:[1-10]', 'rack:a'), []],
  ['another host name', { ...before, hostname: 'other' }, []],
  ['another port', { ...before, port: 5052 }, []],
  ['a domain', { ...before, domain }, ['additive']],
];

for (const [what, now, allowed] of rows) {
  test(`${what} may differ under: ${allowed.join(', ') || 'no policy'}`, (t) => {
    for (const policy of ['equal', 'additive'] as const) {
      t.is(incompatibility(policy, before, now) === undefined, allowed.includes(policy), policy);
    }
  });
}
