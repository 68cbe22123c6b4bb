/** Starts one of several Marathons on a node. */
import type { Node, Pid } from '../../../../runtime/index.ts';
import { MarathonMember, type MemberOptions } from './member.ts';

export interface StartedMember {
  readonly pid: Pid;
  /** Resolves with the exit code for the program, when it takes no part any more. */
  readonly done: Promise<number>;
  /** Lets another one lead; tasks run on. */
  stop(): Promise<void>;
}

export function startMarathonMember(node: Node, options: MemberOptions): StartedMember {
  let end: (exitCode: number) => void = () => undefined;
  const done = new Promise<number>((resolve) => {
    end = resolve;
  });
  const member = new MarathonMember(options, end);
  const pid = node.spawn(member);
  return {
    pid,
    done,
    stop: async () => {
      member.stop();
      await done;
      const gone = node.wait(pid);
      node.terminate(pid);
      await gone;
    },
  };
}
