/** Stories: what takes several requests to see. Each says what was not as a Mesos does it. */
import { getOf, type Servers } from './run.ts';

export interface Story {
  readonly name: string;
  /** Servers that it needs besides a master. */
  readonly needs?: readonly ('agent' | 'standby')[];
  /** It mostly waits: others may be told meanwhile. */
  readonly waits?: boolean;
  /** Of what only this server has: not told of another one. */
  readonly isOurs?: boolean;
  run(servers: Servers, findings: Findings): Promise<void>;
}

export class Findings {
  readonly problems: string[] = [];

  same(what: string, found: unknown, expected: unknown): void {
    const [is, should] = [JSON.stringify(found), JSON.stringify(expected)];
    if (is !== should) this.problems.push(`${what}: ${is}, expected ${should}`);
  }

  that(what: string, holds: boolean, found?: unknown): void {
    if (!holds) this.problems.push(`${what}${found === undefined ? '' : `: ${JSON.stringify(found)}`}`);
  }
}

/** @returns what is not as it says; undefined when a server is not given, or is not ours and it is about us alone */
export async function tell(
  story: Story,
  servers: Servers,
  isOurs: boolean,
): Promise<readonly string[] | undefined> {
  if ((story.isOurs ?? false) && !isOurs) return undefined;
  if ((story.needs ?? []).some((name) => getOf(servers, name) === undefined)) return undefined;
  const findings = new Findings();
  try {
    await story.run(servers, findings);
  } catch (error) {
    findings.problems.push(error instanceof Error ? error.message : String(error));
  }
  return findings.problems;
}

/** Tells all of them. @param told is given each with what was found */
export async function tellAll(
  stories: readonly Story[],
  servers: Servers,
  isOurs: boolean,
  told: (name: string, problems: readonly string[] | undefined) => void,
): Promise<void> {
  const one = async (story: Story) => told(story.name, await tell(story, servers, isOurs));
  const waiting = stories.filter(({ waits }) => waits).map(one);
  for (const story of stories.filter(({ waits }) => !waits)) await one(story);
  await Promise.all(waiting);
}
