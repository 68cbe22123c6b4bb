/** Marathon over the real master and real agents, in one simulated world: machines, disks, clock and network are played. */
import type { Extensions } from '../../../../../actors/framework/marathon/flags.ts';
import type {
  ProbeAnswer,
  Prober,
  ProbeTarget,
} from '../../../../../actors/framework/marathon/health/prober.ts';
import type { Marathon } from '../../../../../actors/framework/marathon/marathon.ts';
import type { Master } from '../../../../../actors/master/master.ts';
import { mesosCodec } from '../../../../../proto/messageCodec.ts';
import type { Clock, Node } from '../../../../../runtime/index.ts';
import { Simulation } from '../../../../../runtime/simulation/index.ts';
import { startAgentMachine, startMasterMachine } from '../../../../simulation/cluster/machines.ts';
import { startMarathonMachine } from '../../../../simulation/marathon/machine.ts';
import { type Injected, inject } from '../../../../support/http.ts';

export interface WorldOptions {
  readonly seed?: number;
  /** Resources and attributes of each agent. */
  readonly agents?: readonly { readonly resources?: string; readonly attributes?: string }[];
  readonly flags?: readonly string[];
  readonly extensions?: Partial<Extensions>;
  /** What whoever is asked about health answers. */
  readonly probe?: (target: ProbeTarget) => ProbeAnswer;
}

const PORTS = 'ports:[31000-31999]';

export class MarathonWorld {
  readonly simulation: Simulation;
  readonly printed: string[] = [];
  /** What probes answer; may be changed while the world runs. */
  probe: (target: ProbeTarget) => ProbeAnswer;
  probed: ProbeTarget[] = [];
  master: Master | undefined;
  #marathon: Marathon | undefined;
  #node: Node | undefined;

  constructor({ seed = 1, agents = [{}], flags = [], extensions = {}, probe }: WorldOptions = {}) {
    this.probe = probe ?? (() => ({ connected: true, status: 200 }));
    this.simulation = new Simulation({ seed, codec: mesosCodec });
    startMasterMachine(this.simulation, (master) => {
      this.master = master;
    });
    agents.forEach((agent, index) => {
      startAgentMachine(this.simulation, `agent-${index + 1}`, {
        resources: `cpus:8;mem:8192;disk:1000;${PORTS}`,
        script: courseOf,
        ...agent,
      });
    });
    this.#start(flags, extensions);
    this.run(3_000);
  }

  get marathon(): Marathon {
    if (this.#marathon === undefined) throw new Error('Marathon is not up');
    return this.#marathon;
  }

  run(ms: number): void {
    this.simulation.advance(ms);
  }

  /** Runs until something is so. @throws when it is not within the time */
  until(what: string, holds: () => boolean, withinMs = 120_000): void {
    for (let ranMs = 0; ranMs < withinMs; ranMs += 100) {
      if (holds()) return;
      this.run(100);
    }
    throw new Error(`not within ${withinMs} ms: ${what}`);
  }

  /** Asks the API and waits for the answer. */
  call<T = Answer>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Reply<T> {
    const answer = this.open(method, path, body, headers);
    for (let turn = 0; turn < 200 && answer.status === 0; turn++) this.run(1);
    return {
      status: answer.status,
      headers: answer.headers,
      text: answer.text,
      body: (/json/.test(answer.headers['Content-Type'] ?? '') ? JSON.parse(answer.text) : undefined) as T,
    };
  }

  /** A request whose answer goes on. */
  open(method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Injected {
    if (this.#node === undefined) throw new Error('Marathon is not up');
    const bytes =
      body === undefined
        ? new Uint8Array(0)
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
    return inject(this.#node, path, { method, body: bytes, headers: { host: 'm:8080', ...headers } });
  }

  /** Waits until no deployment is under way. */
  settle(withinMs?: number): void {
    this.until('all deployments are done', () => this.marathon.deployments.size === 0, withinMs);
  }

  crash(): void {
    this.simulation.crash('marathon', { powerCut: true });
  }

  restart(): void {
    this.simulation.restart('marathon');
    this.run(2_000);
  }

  /** Task ids of a service whose tasks run. */
  running(service: string): string[] {
    const { instances } = this.marathon;
    return instances
      .of(service)
      .filter((each) => instances.state(each) === 'running')
      .map(({ taskId }) => taskId);
  }

  #start(flags: readonly string[], extensions: Partial<Extensions>): void {
    startMarathonMachine(this.simulation, {
      flags,
      extensions,
      print: (line) => this.printed.push(line),
      prober: (clock) => this.#prober(clock),
      started: (marathon, node) => {
        this.#marathon = marathon;
        this.#node = node;
      },
    });
  }

  #prober(clock: Clock): Prober {
    return {
      probe: (target, done) => {
        this.probed.push(target);
        clock.setTimer(5, () => done(this.probe(target)));
      },
    };
  }
}

/** Any answer of the API. */
export interface Answer {
  readonly message?: string;
  readonly deploymentId: string;
  readonly version: string;
}

export interface Reply<T> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly body: T;
}

/** `exit CODE after SECONDS` ends by itself; everything else runs until it is killed. */
function courseOf(command: string): { readonly afterMs: number; readonly code: number } | undefined {
  const match = /^exit (\d+) after ([\d.]+)$/.exec(command);
  return match === null ? undefined : { code: Number(match[1]), afterMs: Number(match[2]) * 1000 };
}
