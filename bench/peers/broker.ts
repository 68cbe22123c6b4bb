/** The other OS process of the moleculer rows: a broker that echoes. */
import { brokerNamed, echoService } from '../support/moleculer.ts';

const broker = brokerNamed('there', JSON.parse(process.argv[2] ?? '[]') as string[]);
broker.createService(echoService);
await broker.start();
process.send?.('ready');
process.on('disconnect', () => process.exit(0));
