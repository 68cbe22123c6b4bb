/**
 * Rolling upgrades of real HTTP servers under load, without a failed request. A proxy of the test's own does what every load balancer
 * of Marathon's does: it follows the event stream, and sends requests to the instances that are healthy and not about to end.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { pause, until } from '../../support/until.ts';
import { followEvents, type MarathonEvent } from '../support/eventStream.ts';
import { type MarathonCluster, marathonCluster } from '../support/marathonCluster.ts';

const INSTANCES = 20;
/** Requests of one connection are so far apart: this is about failures, not about speed. */
const PACE_MS = 40;
const CONNECTIONS = 8;

/** Serves the variable V. Told to end, it does so when the proxy has told it that no request will come any more. */
const SERVER = `exec ${JSON.stringify(process.execPath)} -e '${[
  'let steps=0',
  'const step=()=>{if(++steps===2)process.exit(0)}',
  'require("http").createServer((q,r)=>{if(q.url==="/over")r.on("close",step);r.end(process.env.V)}).listen(Number(process.env.PORT0),"127.0.0.1")',
  'process.once("SIGTERM",step)',
].join(';')}'`;

const APP = {
  id: '/web',
  cmd: SERVER,
  cpus: 0.1,
  mem: 32,
  instances: INSTANCES,
  env: { V: '1' },
  ports: [0],
  taskKillGracePeriodSeconds: 600,
  upgradeStrategy: { minimumHealthCapacity: 1, maximumOverCapacity: 0.25 },
  healthChecks: [
    {
      path: '/health',
      gracePeriodSeconds: 600,
      intervalSeconds: 1,
      timeoutSeconds: 120,
      maxConsecutiveFailures: 5,
    },
  ],
};

interface Place {
  readonly host: string;
  readonly port: number;
  /** Requests that it has not answered yet. */
  asked: number;
  /** No request goes there any more. */
  over: boolean;
}

class FollowingProxy {
  /** Where requests go, by instance. */
  readonly #serving = new Map<string, Place>();
  readonly #places = new Map<string, Place>();
  readonly #agent = new http.Agent({ keepAlive: false });
  readonly #server = http.createServer((request, reply) => this.#pass(request, reply));
  readonly failures: string[] = [];
  /** How often each version answered. */
  readonly answers = new Map<string, number>();
  #turn = 0;

  async start(t: ExecutionContext, marathon: MarathonCluster): Promise<string> {
    await followEvents(t, `${marathon.url}/v2/events`, (event) => this.#heard(event));
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => {
      this.#server.closeAllConnections();
      this.#server.close();
    });
    const bound = this.#server.address();
    return `http://127.0.0.1:${typeof bound === 'object' ? bound?.port : 0}`;
  }

  get serving(): number {
    return this.#serving.size;
  }

  #heard(event: MarathonEvent): void {
    const {
      eventType,
      taskId = '',
      instanceId = taskId.replace(/\._app\.\d+$/, ''),
      host = '',
      ports = [],
    } = event;
    const [port] = ports;
    if (eventType === 'status_update_event' && event.taskStatus === 'TASK_RUNNING' && port !== undefined)
      this.#places.set(instanceId, { host, port, asked: 0, over: false });
    if (eventType === 'instance_health_changed_event') {
      const place = this.#places.get(instanceId);
      if (event.healthy === true && place !== undefined) this.#serving.set(instanceId, place);
      else this.#serving.delete(instanceId);
    }
    if (eventType !== 'instance_changed_event' || event.condition === 'Running') return;
    this.#serving.delete(instanceId);
    const place = this.#places.get(instanceId);
    if (place === undefined || place.over) return;
    place.over = true;
    this.#letGo(place);
  }

  /** Tells an instance that nobody asks it any more, once that is so. */
  #letGo({ host, port, asked, over }: Place): void {
    if (!over || asked > 0) return;
    // One that has ended by itself hears nothing.
    http
      .get({ host, port, path: '/over', agent: this.#agent }, (answer) => answer.resume())
      .on('error', () => {});
  }

  #pass(request: http.IncomingMessage, reply: http.ServerResponse): void {
    const places = [...this.#serving.values()];
    const place = places[this.#turn++ % places.length];
    const fail = (why: string): void => {
      this.failures.push(why);
      reply.writeHead(502).end();
    };
    if (place === undefined) {
      fail('nobody serves');
      return;
    }
    place.asked++;
    const { host, port } = place;
    const asked = http.request({ host, port, path: request.url, agent: this.#agent }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => {
        this.answers.set(text, (this.answers.get(text) ?? 0) + 1);
        reply.end(text);
      });
    });
    asked.on('error', (error) => fail(`${port}: ${error.message}`));
    asked.on('close', () => {
      place.asked--;
      this.#letGo(place);
    });
    asked.end();
  }
}

const hasWrk = spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error === undefined;

interface Load {
  /** Ends it. @returns how many requests were answered, and what of them failed */
  stop(): Promise<{ readonly requests: number; readonly failed: string }>;
}

/** wrk, at a pace, until it is told to end. */
function wrk(t: ExecutionContext, folder: string, url: string): Load {
  const script = `${folder}/pace.lua`;
  writeFileSync(script, `function delay() return ${PACE_MS} end\n`);
  const child: ChildProcess = spawn('wrk', [
    '-t1',
    `-c${CONNECTIONS}`,
    '-d1h',
    '--timeout=60s',
    `-s${script}`,
    url,
  ]);
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise((resolve) => child.once('close', resolve));
  t.teardown(() => child.kill('SIGKILL'));
  return {
    stop: async () => {
      child.kill('SIGINT');
      await ended;
      const requests = Number(/(\d+) requests in/.exec(text)?.[1] ?? 0);
      return { requests, failed: /(Socket errors|Non-2xx).*/.exec(text)?.[0] ?? '' };
    },
  };
}

/** The same where there is no wrk. */
function ownLoad(url: string): Load {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let [over, requests] = [false, 0];
  const failed: string[] = [];
  const ask = (): Promise<void> =>
    new Promise((resolve) => {
      const asked = http.get(url, { agent }, (answer) => {
        requests++;
        if (answer.statusCode !== 200) failed.push(String(answer.statusCode));
        answer.resume().on('end', resolve);
      });
      asked.on('error', (error) => {
        failed.push(error.message);
        resolve();
      });
    });
  const all = Array.from({ length: CONNECTIONS }, async () => {
    while (!over) {
      await ask();
      await pause(PACE_MS);
    }
  });
  return {
    stop: async () => {
      over = true;
      await Promise.all(all);
      agent.destroy();
      return { requests, failed: failed.join() };
    },
  };
}

test(`twenty servers are replaced under load from ${hasWrk ? 'wrk' : 'a loop of requests'}: not one request fails`, async (t) => {
  const marathon = await marathonCluster(t);
  const proxy = new FollowingProxy();
  const url = await proxy.start(t, marathon);
  await marathon.call('POST', '/v2/apps', APP);
  await until('all serve', () => proxy.serving === INSTANCES);
  await marathon.settled();
  const before = await marathon.taskIds('/web');
  const load = hasWrk ? wrk(t, marathon.folder, url) : ownLoad(url);
  await until('load has begun', () => (proxy.answers.get('1') ?? 0) > 20);
  await marathon.call('PUT', '/v2/apps/web', { env: { V: '2' } });
  let least = INSTANCES;
  await until('the upgrade is over', async () => {
    const { deployments, tasksHealthy } = await marathon.app('/web');
    least = Math.min(least, tasksHealthy);
    return deployments.length === 0;
  });
  const sinceUpgrade = proxy.answers.get('2') ?? 0;
  await until(
    'all traffic goes to the new ones',
    () => proxy.serving === INSTANCES && (proxy.answers.get('2') ?? 0) > sinceUpgrade + 20,
  );
  const { requests, failed } = await load.stop();
  t.deepEqual(proxy.failures, []);
  t.is(failed, '');
  t.true(requests > 100, `${requests} requests`);
  t.true((proxy.answers.get('1') ?? 0) > 0 && (proxy.answers.get('2') ?? 0) > 0, 'both versions served');
  t.true(least >= INSTANCES, `never fewer than ${INSTANCES} were healthy, seen: ${least}`);
  const after = await marathon.taskIds('/web');
  t.is(after.length, INSTANCES);
  t.false(after.some((id) => before.includes(id)));
});
