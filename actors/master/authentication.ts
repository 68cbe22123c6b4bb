/**
 * Who the agents and the drivers at PIDs are (master.md §14, runtime.md §7): AuthenticateMessage begins a session with the client,
 * whose process is known by its principal when it has proved it, until its connection breaks.
 */
import type { AuthenticateMessage } from '../../proto/index.ts';
import { Pid, type Timer } from '../../runtime/index.ts';
import { AuthenticatorSession, type SessionOutcome } from '../authentication/index.ts';
import type { MasterParts } from './parts.ts';

/** Sessions at once: above what a whole cluster needs that comes back to a new leader. */
const SESSIONS_MAX = 50_000;
/** What a client may have said while it authenticates; the oldest goes first. Clients repeat themselves. */
const WAITING_MAX = 8;

interface Session {
  readonly process: AuthenticatorSession;
  readonly timeout: Timer;
  /** What the client said meanwhile. */
  readonly waiting: (() => void)[];
}

export class Authentication {
  private readonly parts: MasterParts;
  private readonly secrets: ReadonlyMap<string, string> | undefined;
  /** By the PID of the client. */
  private readonly sessions = new Map<string, Session>();
  private readonly principals = new Map<string, string>();

  constructor(parts: MasterParts) {
    this.parts = parts;
    const { credentials } = parts.flags;
    if (credentials !== undefined)
      this.secrets = new Map(credentials.map(({ principal, secret }) => [principal, secret]));
  }

  /** AuthenticateMessage. @param from who speaks for the client */
  request({ pid }: AuthenticateMessage, from: Pid | undefined): void {
    const { actor, metrics } = this.parts;
    metrics.messages.authenticate.value++;
    const client = Pid.parse(pid);
    if (from === undefined || client === undefined) return;
    const problem = this.problemOf(client, from);
    if (problem !== undefined) {
      actor.log.warn('refused to authenticate', { pid: client.text, reason: problem });
      actor.send(from, 'mesos.internal.AuthenticationErrorMessage', { error: problem });
      return;
    }
    this.principals.delete(client.text);
    const former = this.end(client);
    // Who was known by its connection is not, when that is gone.
    actor.link(client);
    this.sessions.set(client.text, this.begin(client, from, former?.waiting ?? []));
  }

  /** Whom this process has proved to be. */
  principalOf(pid: Pid): string | undefined {
    return this.principals.get(pid.text);
  }

  /** Runs `run` when it is known who that process is: at once, unless it is at proving it. */
  after(from: Pid | undefined, run: () => void): void {
    const session = from === undefined ? undefined : this.sessions.get(from.text);
    if (session === undefined) {
      run();
      return;
    }
    session.waiting.push(run);
    if (session.waiting.length > WAITING_MAX) session.waiting.shift();
  }

  /**
   * Whether an agent is heard from there (`--authenticate_agents`): one that has proved who it is, and, once it has registered, speaks
   * for itself.
   *
   * @param agentId the agent that it speaks for; undefined: it has not registered
   */
  admitsAgent(from: Pid | undefined, agentId?: string): boolean {
    if (!this.parts.flags.authenticate_agents) return true;
    if (from === undefined || !this.principals.has(from.text)) return false;
    const known = agentId === undefined ? undefined : this.parts.agents.find(agentId);
    return known === undefined || known.pid.equals(from);
  }

  /** Why a framework that calls itself by that principal may not subscribe from there. */
  frameworkProblem(principal: string | undefined, from: Pid): string | undefined {
    const proved = this.principalOf(from);
    if (proved === undefined)
      return this.parts.flags.authenticate_frameworks
        ? `Framework at ${from.toUpid()} is not authenticated`
        : undefined;
    if (principal === undefined || principal === proved) return undefined;
    return `Framework principal '${principal}' does not equal authenticated principal '${proved}'`;
  }

  /** The connection to the client broke. */
  exited(pid: Pid): void {
    this.principals.delete(pid.text);
    this.end(pid);
  }

  private problemOf(client: Pid, from: Pid): string | undefined {
    if (this.secrets === undefined) return 'No authenticator loaded';
    // One program cannot make itself known for a process of another.
    if (client.address !== from.address)
      return `${client.toUpid()} is not at ${from.address}, where its authenticatee is`;
    return this.sessions.size >= SESSIONS_MAX ? 'Too many authentications at once' : undefined;
  }

  private begin(client: Pid, from: Pid, waiting: (() => void)[]): Session {
    const { actor, flags } = this.parts;
    const process = new AuthenticatorSession({
      id: actor.node.generateId('crammd5-authenticator-session'),
      authenticatee: from,
      secrets: this.secrets ?? new Map(),
      ended: actor.defer((outcome: SessionOutcome) => this.ended(client, process, outcome)),
    });
    const timeout = actor.delay(flags.authentication_v0_timeout, () => {
      actor.log.warn('an authentication took too long', { pid: client.text });
      process.discard();
    });
    actor.node.spawn(process);
    return { process, timeout, waiting };
  }

  private ended(client: Pid, process: AuthenticatorSession, outcome: SessionOutcome): void {
    const session = this.sessions.get(client.text);
    if (session?.process !== process) return;
    session.timeout.cancel();
    this.sessions.delete(client.text);
    const { log } = this.parts.actor;
    if (outcome.kind === 'completed') {
      this.principals.set(client.text, outcome.principal);
      log.info('authenticated', { pid: client.text, principal: outcome.principal });
    } else log.warn('an authentication came to nothing', { pid: client.text, how: outcome.kind });
    // After an error the client begins anew, and says it all again.
    if (outcome.kind === 'completed' || outcome.kind === 'failed') for (const run of session.waiting) run();
  }

  private end(client: Pid): Session | undefined {
    const session = this.sessions.get(client.text);
    if (session === undefined) return undefined;
    this.sessions.delete(client.text);
    session.timeout.cancel();
    session.process.discard();
    return session;
  }
}
