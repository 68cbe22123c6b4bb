/** What Marathon's own health checks cost: real requests to a real server in another process, at the rate of 10,000 a minute. */
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { HealthMonitor } from '../../actors/framework/marathon/health/monitor.ts';
import { NetworkProber } from '../../actors/framework/marathon/health/prober.ts';
import { Instance } from '../../actors/framework/marathon/instances/instance.ts';
import type { App } from '../../actors/framework/marathon/model/app.ts';
import { RealClock } from '../../runtime/realPorts.ts';

const A_MINUTE = 10_000;
const INTERVAL_SECONDS = 10;
/** Checked instances: each is asked once an interval. */
const INSTANCES = Math.round((A_MINUTE * INTERVAL_SECONDS) / 60);
const MEASURED_MS = 20_000;

const self = fileURLToPath(import.meta.url);

function serve(): void {
  const server = createServer((_request, reply) => void reply.end('well'));
  server.listen(0, '127.0.0.1', () => {
    const bound = server.address();
    process.send?.(typeof bound === 'object' ? bound?.port : 0);
  });
  process.on('disconnect', () => process.exit());
}

/** Share of one core, in percent, that this process needs for its checks. */
export async function checkShare(): Promise<number> {
  const child = fork(self, ['serve']);
  const port = await new Promise<number>((resolve) =>
    child.once('message', (value) => resolve(Number(value))),
  );
  const clock = new RealClock();
  let checked = 0;
  const prober = new NetworkProber(clock, 256);
  const monitor = new HealthMonitor({
    clock,
    prober: {
      probe: (target, done) => {
        checked++;
        prober.probe(target, done);
      },
    },
    delay: (delayMs, run) => clock.setTimer(delayMs, run),
    defer: (run) => run,
    strictFailureCount: false,
    checkFailed: () => {
      throw new Error('a check failed');
    },
    changed: () => undefined,
    fatal: () => undefined,
    failed: (where, error) => {
      throw new Error(`${where}: ${String(error)}`);
    },
  });
  const app = appAt(port);
  const instances = Array.from({ length: INSTANCES }, (_, number) => instanceOf(number, port));
  // Spread over an interval, as instances that were begun one after another are.
  instances.forEach((instance, index) => {
    clock.setTimer((index * INTERVAL_SECONDS * 1000) / INSTANCES, () => monitor.watch(instance, app));
  });
  await new Promise((resolve) => clock.setTimer(INTERVAL_SECONDS * 1000 + 5_000, () => resolve(undefined)));
  const [before, checkedBefore, startedMs] = [process.cpuUsage(), checked, clock.monotonic()];
  await new Promise((resolve) => clock.setTimer(MEASURED_MS, () => resolve(undefined)));
  const { user, system } = process.cpuUsage(before);
  const perMinute = ((checked - checkedBefore) * 60_000) / (clock.monotonic() - startedMs);
  for (const instance of instances) monitor.forget(instance);
  child.disconnect();
  // As if exactly so many were asked: under load a round may be late.
  return ((user + system) / 1000 / (clock.monotonic() - startedMs)) * 100 * (A_MINUTE / perMinute);
}

function appAt(port: number): App {
  const check = {
    protocol: 'HTTP',
    path: '/',
    port,
    gracePeriodSeconds: 1,
    intervalSeconds: INTERVAL_SECONDS,
    timeoutSeconds: 20,
    maxConsecutiveFailures: 3,
    delaySeconds: 0,
    ipProtocol: 'IPv4',
  } as const;
  return { id: '/web', networks: [{ mode: 'host' }], healthChecks: [check] } as unknown as App;
}

function instanceOf(number: number, port: number): Instance {
  const common = { service: '/web', version: '', config: '', role: '*', resident: false, sinceMs: 0 };
  const instance = new Instance({ ...common, id: `web.instance-${number}`, number });
  instance.place = { agentId: 'a', hostname: '127.0.0.1', attributes: {} };
  instance.hostPorts = [port];
  instance.startedAtMs = 0;
  return instance;
}

if (process.argv[1] === self && process.argv[2] === 'serve') serve();
