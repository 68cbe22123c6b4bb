// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * Default action, architectures and the rules of a profile.
 * `mesos.seccomp.ContainerSeccompProfile`.
 */
export interface ContainerSeccompProfile {
  default_action: ContainerSeccompProfileSyscallAction;
  architectures?: ContainerSeccompProfileArchitecture[] | undefined;
  syscalls?: ContainerSeccompProfileSyscall[] | undefined;
}

/** `mesos.seccomp.ContainerSeccompProfile.Architecture`. */
export const ContainerSeccompProfileArchitecture = {
  UNKNOWN: 0,
  ARCH_X86: 1,
  ARCH_X86_64: 2,
  ARCH_X32: 3,
  ARCH_ARM: 4,
  ARCH_AARCH64: 5,
  ARCH_MIPS: 6,
  ARCH_MIPSEL: 7,
  ARCH_MIPS64: 8,
  ARCH_MIPSEL64: 9,
  ARCH_MIPS64N32: 10,
  ARCH_MIPSEL64N32: 11,
  ARCH_PPC: 12,
  ARCH_PPC64: 13,
  ARCH_PPC64LE: 14,
  ARCH_S390: 15,
  ARCH_S390X: 16,
} as const;
export type ContainerSeccompProfileArchitecture =
  (typeof ContainerSeccompProfileArchitecture)[keyof typeof ContainerSeccompProfileArchitecture];

/** `mesos.seccomp.ContainerSeccompProfile.Syscall`. */
export interface ContainerSeccompProfileSyscall {
  names?: string[] | undefined;
  action: ContainerSeccompProfileSyscallAction;
  args?: ContainerSeccompProfileSyscallArg[] | undefined;
  includes?: ContainerSeccompProfileSyscallFilter | undefined;
  excludes?: ContainerSeccompProfileSyscallFilter | undefined;
}

/** `mesos.seccomp.ContainerSeccompProfile.Syscall.Action`. */
export const ContainerSeccompProfileSyscallAction = {
  UNKNOWN: 0,
  ACT_KILL: 1,
  ACT_TRAP: 2,
  ACT_ERRNO: 3,
  ACT_TRACE: 4,
  ACT_ALLOW: 5,
} as const;
export type ContainerSeccompProfileSyscallAction =
  (typeof ContainerSeccompProfileSyscallAction)[keyof typeof ContainerSeccompProfileSyscallAction];

/** `mesos.seccomp.ContainerSeccompProfile.Syscall.Arg`. */
export interface ContainerSeccompProfileSyscallArg {
  index: number;
  op: ContainerSeccompProfileSyscallArgOperator;
  value: number;
  value_two: number;
}

/** `mesos.seccomp.ContainerSeccompProfile.Syscall.Arg.Operator`. */
export const ContainerSeccompProfileSyscallArgOperator = {
  UNKNOWN: 0,
  CMP_NE: 1,
  CMP_LT: 2,
  CMP_LE: 3,
  CMP_EQ: 4,
  CMP_GE: 5,
  CMP_GT: 6,
  CMP_MASKED_EQ: 7,
} as const;
export type ContainerSeccompProfileSyscallArgOperator =
  (typeof ContainerSeccompProfileSyscallArgOperator)[keyof typeof ContainerSeccompProfileSyscallArgOperator];

/** `mesos.seccomp.ContainerSeccompProfile.Syscall.Filter`. */
export interface ContainerSeccompProfileSyscallFilter {
  capabilities?: v1.CapabilityInfoCapability[] | undefined;
}
