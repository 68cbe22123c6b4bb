/** Tests of hosts, as those who run them tell: each says how it went, and for how long that holds (spec: other-frameworks.md §5). */

export interface TestReport {
  readonly state: 'ok' | 'critical';
  /** For so long; without a word by then it counts as failed. */
  readonly ttlSeconds: number;
  readonly message: string;
}

/** Tests of one host, at most. */
export const TESTS_MAX = 100;

interface Heard extends TestReport {
  readonly untilMs: number;
}

export class HostTests {
  readonly #byAgent = new Map<string, Map<string, Heard>>();

  /** @returns false when the host has too many tests already */
  report(agentId: string, test: string, report: TestReport, nowMs: number): boolean {
    const tests = this.#byAgent.get(agentId) ?? new Map<string, Heard>();
    if (!tests.has(test) && tests.size >= TESTS_MAX) return false;
    tests.set(test, { ...report, untilMs: nowMs + report.ttlSeconds * 1000 });
    this.#byAgent.set(agentId, tests);
    return true;
  }

  /** A test is given up. */
  remove(agentId: string, test: string): boolean {
    const tests = this.#byAgent.get(agentId);
    const known = tests?.delete(test) === true;
    if (tests?.size === 0) this.#byAgent.delete(agentId);
    return known;
  }

  forget(agentId: string): void {
    this.#byAgent.delete(agentId);
  }

  agents(): Iterable<string> {
    return [...this.#byAgent.keys()];
  }

  /** Why the host is ill; undefined when it is not, or nobody tests it. */
  why(agentId: string, nowMs: number): string | undefined {
    for (const [test, { state, message, untilMs }] of this.#byAgent.get(agentId) ?? []) {
      if (untilMs <= nowMs) return `test ${test} is not heard of any more`;
      if (state === 'critical') return message === '' ? `test ${test} failed` : `test ${test}: ${message}`;
    }
    return undefined;
  }

  /** Of one host, for people. @param wallMs the same moment as they know it, since 1970 */
  of(agentId: string, nowMs: number, wallMs: number): object[] {
    return [...(this.#byAgent.get(agentId) ?? [])].map(([test, { state, message, untilMs }]) => ({
      test,
      state: untilMs <= nowMs ? 'expired' : state,
      message,
      until: new Date(wallMs + untilMs - nowMs).toISOString(),
    }));
  }
}
