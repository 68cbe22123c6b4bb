/** From flags to linux/seccomp. */
import * as fs from 'node:fs';
import { release } from 'node:os';
import { ExitCode, StartError } from '../../../../../runtime/startError.ts';
import type { ContainerFlags } from '../../flags.ts';
import { findProgram } from '../../programs.ts';
import type { Isolator } from '../isolator.ts';
import type { SurroundingsOptions } from '../linux/surroundings.ts';
import { architectureOf } from './architectures.ts';
import { NoSeccompIsolator, readProfile, SeccompIsolator } from './isolator.ts';
import { kernelOf } from './profile.ts';

export interface CreateSeccompOptions {
  readonly flags: ContainerFlags;
  /** Whether `--isolation` names linux/seccomp. */
  readonly isAsked: boolean;
  /** Whether it names linux/capabilities, as root: what profiles say of capabilities is about what these leave. */
  readonly limitsCapabilities: boolean;
  readonly surroundings: SurroundingsOptions;
}

/** @throws StartError when system calls cannot be filtered here: who asks for it counts on it */
export function createSeccomp(options: CreateSeccompOptions): Isolator {
  const { flags, isAsked, limitsCapabilities, surroundings } = options;
  if (!isAsked) return new NoSeccompIsolator();
  const { seccomp_config_dir: configDir, seccomp_profile_name: profileName } = flags;
  const architecture = architectureOf(process.arch);
  const isInKernel = /^Seccomp:/m.test(fs.readFileSync('/proc/self/status', 'utf8'));
  if (architecture === undefined || !isInKernel)
    throw refusal('this machine does not filter system calls, or its processor is not known here');
  for (const name of ['perl', 'setpriv'])
    if (findProgram(name) === undefined) throw refusal(`${name} is not installed, which loads the filter`);
  if (configDir === undefined) throw refusal('needs --seccomp_config_dir');
  try {
    if (profileName !== undefined) readProfile(configDir, profileName);
  } catch (error) {
    throw refusal((error as Error).message);
  }
  return new SeccompIsolator({
    ...{ configDir, profileName, architecture, surroundings },
    kernel: kernelOf(release(), 'this machine'),
    capabilities: {
      effective: limitsCapabilities ? flags.effective_capabilities : undefined,
      bounding: limitsCapabilities ? flags.bounding_capabilities : undefined,
    },
  });
}

function refusal(text: string): StartError {
  return new StartError(`--isolation=linux/seccomp: ${text}`, ExitCode.usage);
}
