/** How an agent or a framework authenticates at a master, one attempt after the other. */
import type { Credential, Node, Pid, Random } from '../../runtime/index.ts';
import { authenticationTimeoutMaxMs } from '../../statecharts/index.ts';
import { Authenticatee, type AuthenticateeOutcome } from './authenticatee.ts';
import type { AuthenticateeFlags } from './flags.ts';

/** The process that is to be known to the master. */
export interface AuthenticationHost {
  readonly node: Node;
  readonly self: Pid;
  readonly random: Random;
  defer<A extends unknown[]>(handler: (...args: A) => void): (...args: A) => void;
}

export class ClientAuthentication {
  readonly #host: AuthenticationHost;
  readonly #credential: Credential;
  readonly #flags: AuthenticateeFlags;
  #attempt: Pid | undefined;

  constructor(host: AuthenticationHost, credential: Credential, flags: AuthenticateeFlags) {
    this.#host = host;
    this.#credential = credential;
    this.#flags = flags;
  }

  get principal(): string {
    return this.#credential.principal;
  }

  /** Begins an attempt; one that goes on is given up. @param ended told once, as an event of the host */
  begin(master: Pid, ended: (outcome: AuthenticateeOutcome) => void): void {
    this.stop();
    const { node, self, defer } = this.#host;
    const attempt = new Authenticatee({
      id: node.generateId('crammd5-authenticatee'),
      master,
      client: self,
      credential: this.#credential,
      ended: defer((outcome: AuthenticateeOutcome) => {
        if (this.#attempt?.id !== attempt.id) return;
        this.#attempt = undefined;
        ended(outcome);
      }),
    });
    this.#attempt = node.spawn(attempt);
  }

  /** Nothing will be told of an attempt that goes on. */
  stop(): void {
    if (this.#attempt !== undefined) this.#host.node.terminate(this.#attempt);
    this.#attempt = undefined;
  }

  /** How long an attempt may take, in milliseconds: chance, in growing bounds. @param attempts made before, in vain */
  timeoutMs(attempts: number): number {
    const { authentication_timeout_min: minMs, authentication_timeout_max: maxMs } = this.#flags;
    const longest = authenticationTimeoutMaxMs(attempts, this.#times);
    return Math.min(minMs + this.#host.random.next() * (longest - minMs), maxMs);
  }

  /** The pause after an attempt that failed, in milliseconds. */
  backoffMs(attempts: number): number {
    return this.#host.random.next() * authenticationTimeoutMaxMs(attempts, { ...this.#times, minMs: 0 });
  }

  get #times() {
    const flags = this.#flags;
    return {
      minMs: flags.authentication_timeout_min,
      factorMs: flags.authentication_backoff_factor,
      maxMs: flags.authentication_timeout_max,
    };
  }
}
