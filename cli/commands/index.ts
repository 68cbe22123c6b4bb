/** All commands, in the order of the help. */
import type { Command } from '../command.ts';
import { completion } from './completion.ts';
import { events } from './events.ts';
import { exec } from './exec.ts';
import { files } from './files.ts';
import { hosts } from './hosts.ts';
import { inspect } from './inspect.ts';
import { kill } from './kill.ts';
import { agents, frameworks, ps, roles, tasks } from './lists.ts';
import { logs } from './logs.ts';
import { maintenance } from './maintenance.ts';
import { resolve, version } from './node.ts';
import { operations } from './operations.ts';
import { quota } from './quota.ts';
import { restore, snapshot } from './registry.ts';
import { reserve, unreserve, volumes } from './reservations.ts';
import { run } from './run.ts';
import { activate, deactivate, drain, gone } from './steering.ts';
import { supportBundle } from './supportBundle.ts';
import { weights } from './weights.ts';
import { why } from './why.ts';

export const commands: readonly Command[] = [
  run,
  ps,
  tasks,
  agents,
  frameworks,
  roles,
  inspect,
  logs,
  files,
  exec,
  kill,
  drain,
  deactivate,
  activate,
  gone,
  hosts,
  maintenance,
  reserve,
  unreserve,
  volumes,
  operations,
  quota,
  weights,
  why,
  events,
  resolve,
  snapshot,
  restore,
  supportBundle,
  completion,
  version,
];
