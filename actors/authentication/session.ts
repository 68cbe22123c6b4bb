/**
 * The authenticator's side of one authentication: the process `crammd5-authenticator-session(N)` beside the master, which
 * speaks with the client's authenticatee. What state it is in is its chart's (`statecharts/authenticator.ts`).
 */
import type { MessageTypes } from '../../proto/index.ts';
import { type Pid, Process } from '../../runtime/index.ts';
import { type AuthenticatorEvent, authenticatorMachine, LiveChart } from '../../statecharts/index.ts';
import { CRAM_MD5, challengeOf, provedPrincipal } from './cramMd5.ts';

/** What came of it; `discarded` when nobody waited for it any more. */
export type SessionOutcome =
  | { readonly kind: 'completed'; readonly principal: string }
  | { readonly kind: 'failed' | 'error' | 'discarded' };

export interface SessionOptions {
  readonly id: string;
  /** Who speaks for the client. Nobody else is heard. */
  readonly authenticatee: Pid;
  /** Secrets by principal. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Told once, as an event of whoever asked. */
  readonly ended: (outcome: SessionOutcome) => void;
}

export class AuthenticatorSession extends Process<MessageTypes> {
  readonly #options: SessionOptions;
  #challenge = new Uint8Array();
  #principal = '';
  #chart: LiveChart<typeof authenticatorMachine> | undefined;

  constructor(options: SessionOptions) {
    super(options.id);
    this.#options = options;
  }

  override initialize(): void {
    const { authenticatee } = this.#options;
    this.#challenge = new Uint8Array(challengeOf(this.ids.uuid(), this.clock.now(), this.node.address.host));
    this.#hear('mesos.internal.AuthenticationStartMessage', ({ mechanism }) => ({
      type: 'START_RECEIVED',
      known: mechanism === CRAM_MD5,
    }));
    this.#hear('mesos.internal.AuthenticationStepMessage', ({ data }) => {
      const principal = provedPrincipal(data, this.#challenge, this.#options.secrets);
      this.#principal = principal ?? '';
      return { type: 'STEP_RECEIVED', proved: principal !== undefined };
    });
    this.link(authenticatee);
    this.#chart = this.#makeChart(authenticatee);
    this.node.inspector.register(this.self, this.#chart);
  }

  override exited(): void {
    this.#step({ type: 'CLIENT_EXITED' });
  }

  override describe(): Readonly<Record<string, unknown>> {
    return { state: this.#chart?.value, client: this.#options.authenticatee.text };
  }

  /** Ends it without an answer; from any actor. */
  discard(): void {
    this.dispatch(() => this.#step({ type: 'DISCARDED' }));
  }

  #hear<K extends keyof MessageTypes & string>(
    name: K,
    toEvent: (message: MessageTypes[K]) => AuthenticatorEvent,
  ): void {
    this.install(name, (message, from) => {
      if (from?.equals(this.#options.authenticatee) === true) this.#step(toEvent(message));
    });
  }

  #step(event: AuthenticatorEvent): void {
    const chart = this.#chart;
    if (chart === undefined || chart.done) return;
    chart.send(event);
    if (!chart.done) return;
    const kind = chart.value as SessionOutcome['kind'];
    this.#options.ended(kind === 'completed' ? { kind, principal: this.#principal } : { kind });
    this.terminate();
  }

  #makeChart(client: Pid): LiveChart<typeof authenticatorMachine> {
    const sendError = (error: string): void =>
      this.send(client, 'mesos.internal.AuthenticationErrorMessage', { error });
    return new LiveChart(authenticatorMachine, {
      id: this.id,
      clock: this.clock,
      actions: {
        offerMechanisms: () =>
          this.send(client, 'mesos.internal.AuthenticationMechanismsMessage', { mechanisms: [CRAM_MD5] }),
        sendChallenge: () =>
          this.send(client, 'mesos.internal.AuthenticationStepMessage', { data: this.#challenge }),
        sendCompleted: () => this.send(client, 'mesos.internal.AuthenticationCompletedMessage', {}),
        sendFailed: () => this.send(client, 'mesos.internal.AuthenticationFailedMessage', {}),
        tellUnknownMechanism: () => sendError('There is no such mechanism here'),
        tellUnexpectedStart: () => sendError("Unexpected authentication 'start' received"),
        tellUnexpectedStep: () => sendError("Unexpected authentication 'step' received"),
      },
      onError: ({ where, error }) =>
        this.log.error('a step of an authentication failed', { where, error: String(error) }),
    });
  }
}
