/** Folders of volumes that are only remembered; an agent's test says what goes wrong with them. */
import type { VolumeChanges, VolumePort } from '../../../../actors/agent/operations/volumes.ts';

export class MemoryVolumes implements VolumePort {
  readonly folders = new Set<string>();
  /** Told instead of changing anything, when it is set. */
  failure: Error | undefined;
  private readonly schedule: (callback: () => void) => void;

  constructor(schedule: (callback: () => void) => void) {
    this.schedule = schedule;
  }

  change({ make, remove }: VolumeChanges, done: (error?: Error) => void): void {
    this.schedule(() => {
      if (this.failure !== undefined) {
        done(this.failure);
        return;
      }
      for (const { path } of make) this.folders.add(path);
      for (const { path } of remove) this.folders.delete(path);
      done();
    });
  }
}
