/** What the benches use of moleculer: a broker, one service, calls. */
import { createRequire } from 'node:module';

export interface Broker {
  createService(schema: object): unknown;
  start(): Promise<void>;
  stop(): Promise<void>;
  call(action: string, params: object): Promise<unknown>;
  waitForServices(names: readonly string[]): Promise<unknown>;
}

interface Moleculer {
  readonly ServiceBroker: new (options: object) => Broker;
}

const { ServiceBroker } = createRequire(import.meta.url)('moleculer') as Moleculer;

/** @param urls every broker of the system as `host:port/id`; without, a broker by itself */
export function brokerNamed(nodeID: string, urls: readonly string[] = []): Broker {
  const transporter = { type: 'TCP', options: { udpDiscovery: false, urls } };
  return new ServiceBroker({ nodeID, logger: false, ...(urls.length > 0 && { transporter }) });
}

/** Answers with what it was asked. */
export const echoService = {
  name: 'echo',
  actions: { ping: ({ params }: { params: { body: unknown } }) => params.body },
};
