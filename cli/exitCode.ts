/** How commands of others ended, as this program's own exit code. */

/** From a wait status: the code it exited with, 128 and the signal that ended it. */
export function exitCodeOfWaitStatus(status: number | undefined): number {
  if (status === undefined) return 1;
  const signal = status & 0x7f;
  return signal === 0 ? (status >> 8) & 0xff : 128 + signal;
}
