/**
 * The side of an agent or a framework in one authentication: the process `crammd5-authenticatee(N)` beside it. What state it
 * is in is its chart's (`statecharts/authenticatee.ts`).
 */
import type { MessageTypes } from '../../proto/index.ts';
import { type Credential, type Pid, Process } from '../../runtime/index.ts';
import { type AuthenticateeEvent, authenticateeMachine, LiveChart } from '../../statecharts/index.ts';
import { CRAM_MD5, responseTo } from './cramMd5.ts';

/** What came of it. `failed`: the secret is wrong, so that another attempt is of no use. */
export type AuthenticateeOutcome = { readonly kind: 'completed' | 'failed' | 'error'; readonly why: string };

export interface AuthenticateeOptions {
  readonly id: string;
  readonly master: Pid;
  /** Whom the master shall know: the agent's or the driver's process. */
  readonly client: Pid;
  readonly credential: Credential;
  /** Told once, as an event of whoever asked; not after it was terminated. */
  readonly ended: (outcome: AuthenticateeOutcome) => void;
}

export class Authenticatee extends Process<MessageTypes> {
  readonly #options: AuthenticateeOptions;
  /** Who speaks for the master, once it has spoken. */
  #session: Pid | undefined;
  #challenge = new Uint8Array();
  #why = '';
  #chart: LiveChart<typeof authenticateeMachine> | undefined;

  constructor(options: AuthenticateeOptions) {
    super(options.id);
    this.#options = options;
  }

  override initialize(): void {
    this.#hear('mesos.internal.AuthenticationMechanismsMessage', ({ mechanisms = [] }, from) => {
      this.#session = from;
      this.#why = `it knows other mechanisms than ${CRAM_MD5}: ${mechanisms.join(', ')}`;
      return { type: 'MECHANISMS_RECEIVED', known: mechanisms.includes(CRAM_MD5) };
    });
    this.#hear('mesos.internal.AuthenticationStepMessage', ({ data }) => {
      this.#challenge = new Uint8Array(data);
      this.#why = 'it does not keep to the protocol';
      return { type: 'STEP_RECEIVED' };
    });
    this.#hear('mesos.internal.AuthenticationCompletedMessage', () => ({ type: 'COMPLETED_RECEIVED' }));
    this.#hear('mesos.internal.AuthenticationFailedMessage', () => {
      this.#why = `it knows no principal '${this.#options.credential.principal}' with that secret`;
      return { type: 'FAILED_RECEIVED' };
    });
    this.#hear('mesos.internal.AuthenticationErrorMessage', ({ error }) => {
      this.#why = error ?? 'it does not say why';
      return { type: 'ERROR_RECEIVED' };
    });
    this.link(this.#options.master);
    this.#chart = this.#makeChart();
    this.node.inspector.register(this.self, this.#chart);
  }

  override exited(): void {
    this.#why = 'the connection to it broke, or nobody answers there';
    this.#step({ type: 'MASTER_EXITED' });
  }

  override describe(): Readonly<Record<string, unknown>> {
    const { client, master, credential } = this.#options;
    return {
      state: this.#chart?.value,
      client: client.text,
      master: master.text,
      principal: credential.principal,
    };
  }

  /** Only processes of the master's node are heard, and once one of them has begun, only that one. */
  #hear<K extends keyof MessageTypes & string>(
    name: K,
    toEvent: (message: MessageTypes[K], from: Pid) => AuthenticateeEvent,
  ): void {
    this.install(name, (message, from) => {
      if (from === undefined || from.address !== this.#options.master.address) return;
      if (this.#session !== undefined && !from.equals(this.#session)) return;
      this.#step(toEvent(message, from));
    });
  }

  #step(event: AuthenticateeEvent): void {
    const chart = this.#chart;
    if (chart === undefined || chart.done) return;
    chart.send(event);
    if (!chart.done) return;
    this.#options.ended({ kind: chart.value as AuthenticateeOutcome['kind'], why: this.#why });
    this.terminate();
  }

  #makeChart(): LiveChart<typeof authenticateeMachine> {
    const { master, client, credential } = this.#options;
    return new LiveChart(authenticateeMachine, {
      id: this.id,
      clock: this.clock,
      actions: {
        sendAuthenticate: () =>
          this.send(master, 'mesos.internal.AuthenticateMessage', { pid: client.toUpid() }),
        sendStart: () =>
          this.send(this.#session, 'mesos.internal.AuthenticationStartMessage', { mechanism: CRAM_MD5 }),
        sendResponse: () =>
          this.send(this.#session, 'mesos.internal.AuthenticationStepMessage', {
            data: responseTo(this.#challenge, credential),
          }),
      },
      onError: ({ where, error }) =>
        this.log.error('a step of an authentication failed', { where, error: String(error) }),
    });
  }
}
