/** The two sides of an authentication, against each other and against those who do not keep to it (runtime.md §7). */
import test from 'ava';
import { Authenticatee, type AuthenticateeOutcome } from '../../../actors/authentication/authenticatee.ts';
import { AuthenticatorSession, type SessionOutcome } from '../../../actors/authentication/index.ts';
import type { MessageTypes } from '../../../proto/index.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import { type Pid, Process } from '../../../runtime/index.ts';
import { simulatedWorld } from '../../support/world.ts';

type Name = keyof MessageTypes & string;

const NAMES: readonly Name[] = [
  'mesos.internal.AuthenticateMessage',
  'mesos.internal.AuthenticationMechanismsMessage',
  'mesos.internal.AuthenticationStartMessage',
  'mesos.internal.AuthenticationStepMessage',
  'mesos.internal.AuthenticationCompletedMessage',
  'mesos.internal.AuthenticationFailedMessage',
  'mesos.internal.AuthenticationErrorMessage',
];

/** Notes what it hears; says what the test wants. */
class Party extends Process<MessageTypes> {
  readonly heard: string[] = [];
  from: Pid | undefined;
  /** Called with each message, for a party that plays along. */
  react: (name: Name, from: Pid | undefined, body: unknown) => void = () => undefined;

  override initialize(): void {
    for (const name of NAMES)
      this.install(name, (body, from) => {
        const error = (body as { error?: string }).error;
        this.heard.push(
          name.slice('mesos.internal.Authenticat'.length) + (error === undefined ? '' : `: ${error}`),
        );
        this.from = from;
        this.react(name, from, body);
      });
  }

  say<K extends Name>(to: Pid, name: K, body: MessageTypes[K]): void {
    this.dispatch(() => this.send(to, name, body));
  }
}

const secrets = new Map([['ann', 'secret']]);

function worldOfTwo() {
  const world = simulatedWorld(7, mesosCodec);
  const [masterNode, clientNode] = [world.node(5050), world.node(6001)];
  const outcomes: (SessionOutcome | AuthenticateeOutcome)[] = [];
  const ended = (outcome: SessionOutcome | AuthenticateeOutcome): void => void outcomes.push(outcome);
  const master = new Party('master');
  masterNode.spawn(master);
  const begin = (secret: string, principal = 'ann'): Authenticatee => {
    const client = clientNode.pid('scheduler-1');
    const options = {
      id: 'authenticatee',
      master: master.self,
      client,
      credential: { principal, secret },
      ended,
    };
    const authenticatee = new Authenticatee(options);
    clientNode.spawn(authenticatee);
    return authenticatee;
  };
  const session = (authenticatee: Pid): AuthenticatorSession => {
    const opened = new AuthenticatorSession({ id: 'session', authenticatee, secrets, ended });
    masterNode.spawn(opened);
    return opened;
  };
  const play = () => {
    master.react = (name, from) => {
      if (name === 'mesos.internal.AuthenticateMessage' && from !== undefined) session(from);
    };
  };
  return { ...world, masterNode, clientNode, outcomes, master, begin, session, play };
}

test('a client that knows the secret is who it says it is; both processes are over', (t) => {
  const { begin, play, run, outcomes, masterNode, clientNode } = worldOfTwo();
  play();
  begin('secret');
  run(10);
  t.deepEqual(outcomes, [
    { kind: 'completed', principal: 'ann' },
    { kind: 'completed', why: 'it does not keep to the protocol' },
  ]);
  t.false(
    [...masterNode.list(), ...clientNode.list()].some(({ pid }) => /session|authenticatee/.test(pid.id)),
  );
});

for (const [what, principal, secret] of [
  ['a wrong secret', 'ann', 'guess'],
  ['an unknown principal', 'bob', 'secret'],
] as const) {
  test(`${what} fails on both sides`, (t) => {
    const { begin, play, run, outcomes } = worldOfTwo();
    play();
    begin(secret, principal);
    run(10);
    t.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['failed', 'failed'],
    );
    t.deepEqual(outcomes[1], {
      kind: 'failed',
      why: `it knows no principal '${principal}' with that secret`,
    });
  });
}

test('the session tells a client that does not keep to the protocol what is wrong, and hears nobody else', (t) => {
  const cases: [(say: Party['say'], to: Pid) => void, string][] = [
    [
      (say, to) => say(to, 'mesos.internal.AuthenticationStepMessage', { data: new Uint8Array() }),
      "ionErrorMessage: Unexpected authentication 'step' received",
    ],
    [
      (say, to) => say(to, 'mesos.internal.AuthenticationStartMessage', { mechanism: 'PLAIN' }),
      'ionErrorMessage: There is no such mechanism here',
    ],
    [
      (say, to) => {
        say(to, 'mesos.internal.AuthenticationStartMessage', { mechanism: 'CRAM-MD5' });
        say(to, 'mesos.internal.AuthenticationStartMessage', { mechanism: 'CRAM-MD5' });
      },
      "ionErrorMessage: Unexpected authentication 'start' received",
    ],
  ];
  for (const [act, expected] of cases) {
    const { clientNode, session, run, outcomes } = worldOfTwo();
    const [client, stranger] = [new Party('client'), new Party('stranger')];
    clientNode.spawn(client);
    clientNode.spawn(stranger);
    run(1);
    const opened = session(client.self);
    run(10);
    stranger.say(opened.self, 'mesos.internal.AuthenticationStartMessage', { mechanism: 'PLAIN' });
    run(10);
    t.deepEqual(outcomes, []);
    act((...said) => client.say(...said), opened.self);
    run(10);
    t.is(client.heard.at(-1), expected);
    t.deepEqual(outcomes, [{ kind: 'error' }]);
  }
});

test('a session ends with its client, and when nobody wants to know any more', (t) => {
  for (const end of ['crash', 'discard'] as const) {
    const { network, clientNode, session, run, outcomes } = worldOfTwo();
    const client = new Party('client');
    clientNode.spawn(client);
    run(1);
    const opened = session(client.self);
    run(10);
    if (end === 'discard') opened.discard();
    else {
      network.drop(clientNode.address);
      void clientNode.stop();
    }
    run(60_000);
    t.deepEqual(outcomes, [{ kind: end === 'crash' ? 'error' : 'discarded' }]);
  }
});

test('an authenticatee takes a master that offers nothing it knows, says done too early, or goes, for an error', (t) => {
  const cases: [(master: Party, to: Pid) => void, RegExp][] = [
    [
      (master, to) =>
        master.say(to, 'mesos.internal.AuthenticationMechanismsMessage', { mechanisms: ['PLAIN', 'GSSAPI'] }),
      /other mechanisms than CRAM-MD5: PLAIN, GSSAPI/,
    ],
    [(master, to) => master.say(to, 'mesos.internal.AuthenticationCompletedMessage', {}), /^$/],
    [
      (master, to) =>
        master.say(to, 'mesos.internal.AuthenticationErrorMessage', { error: 'No authenticator loaded' }),
      /No authenticator loaded/,
    ],
    [(master) => master.terminate(), /nobody answers there/],
  ];
  for (const [act, why] of cases) {
    const { begin, master, clientNode, run, outcomes } = worldOfTwo();
    const authenticatee = begin('secret');
    run(10);
    const stranger = new Party('stranger');
    clientNode.spawn(stranger);
    stranger.say(authenticatee.self, 'mesos.internal.AuthenticationFailedMessage', {});
    run(10);
    t.deepEqual(outcomes, [], 'a process of another node is not heard');
    act(master, authenticatee.self);
    run(10);
    t.is(outcomes.length, 1);
    t.is(outcomes[0]?.kind, 'error');
    t.regex((outcomes[0] as AuthenticateeOutcome).why, why);
  }
});
