import { constants } from 'node:os';

/**
 * How a container's command ended.
 *
 * The status is the one a shell sees: above 128 it stands for a signal, so a command that itself exits with
 * 128+n is taken for one that signal n ended.
 */
export type ExitStatus =
  | { readonly kind: 'exited'; readonly code: number }
  | { readonly kind: 'signaled'; readonly signal: number }
  /** The process that was to record the status is gone without one: killed, or the machine went down. */
  | { readonly kind: 'unknown' };

const SIGNALS: ReadonlySet<number> = new Set(Object.values(constants.signals));

/** Highest signal number of the systems we run on; above the named ones are the realtime signals. */
const SIGNAL_MAX = 64;

/** What strsignal(3) says, for the signals that tasks end by. */
const SIGNAL_TEXT: ReadonlyMap<number, string> = new Map([
  [constants.signals.SIGHUP, 'Hangup'],
  [constants.signals.SIGINT, 'Interrupt'],
  [constants.signals.SIGQUIT, 'Quit'],
  [constants.signals.SIGILL, 'Illegal instruction'],
  [constants.signals.SIGTRAP, 'Trace/breakpoint trap'],
  [constants.signals.SIGABRT, 'Aborted'],
  [constants.signals.SIGBUS, 'Bus error'],
  [constants.signals.SIGFPE, 'Floating point exception'],
  [constants.signals.SIGKILL, 'Killed'],
  [constants.signals.SIGUSR1, 'User defined signal 1'],
  [constants.signals.SIGSEGV, 'Segmentation fault'],
  [constants.signals.SIGUSR2, 'User defined signal 2'],
  [constants.signals.SIGPIPE, 'Broken pipe'],
  [constants.signals.SIGALRM, 'Alarm clock'],
  [constants.signals.SIGTERM, 'Terminated'],
  [constants.signals.SIGXCPU, 'CPU time limit exceeded'],
  [constants.signals.SIGXFSZ, 'File size limit exceeded'],
  [constants.signals.SIGSYS, 'Bad system call'],
]);

/** Reads a shell's `$?` (0…255). */
export function exitStatusOfShell(status: number): ExitStatus {
  const signal = status - 128;
  const isSignal = SIGNALS.has(signal) || (signal > 31 && signal <= SIGNAL_MAX);
  return isSignal ? { kind: 'signaled', signal } : { kind: 'exited', code: status };
}

/** The same as wait(2) encodes it, the form of `ContainerTermination.status`; unknown counts as SIGKILL, as Mesos has it. */
export function waitStatus(status: ExitStatus): number {
  if (status.kind === 'exited') return status.code << 8;
  return status.kind === 'signaled' ? status.signal : constants.signals.SIGKILL;
}

/** The text of Mesos' command executor: `Command exited with status 1`, `Command terminated with signal Killed`. */
export function describeExit(status: ExitStatus): string {
  switch (status.kind) {
    case 'exited':
      return `Command exited with status ${status.code}`;
    case 'signaled':
      return `Command terminated with signal ${SIGNAL_TEXT.get(status.signal) ?? `Unknown signal ${status.signal}`}`;
    case 'unknown':
      return 'Command ended with an unknown status: the process that watched it was killed';
  }
}
