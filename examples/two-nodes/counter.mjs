// One of two nodes: an actor that adds up the numbers it is sent. Started first; it prints its PID for the other one.
//
//   node examples/two-nodes/counter.mjs --port=7001
//
// The node listens on loopback only. Ctrl-C ends it: its actors first, then its links and its port.
import { parseArgs } from 'node:util';
import { listen, Process } from 'mesostate/runtime';

class Counter extends Process {
  #sum = 0;
  #asked = 0;

  // Runs before any message is handled: here a process says what it understands.
  initialize() {
    this.install('Add', (body, from) => {
      const { value } = body ?? {};
      if (!Number.isFinite(value)) {
        this.send(from, 'Refused', { reason: 'Add wants {value: a number}' });
        return;
      }
      this.#sum += value;
      this.#asked++;
      // Messages of one sender arrive in order, so the answers do too.
      this.send(from, 'Sum', { sum: this.#sum });
    });
    this.install('Stop', () => this.terminate());
    this.route('/', (_request, reply) => reply.json(JSON.stringify(this.describe())), {
      help: 'The sum so far.',
    });
  }

  // What `/__processes__?detail=true` and our own page show of this actor.
  describe() {
    return { sum: this.#sum, asked: this.#asked };
  }
}

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const { node, shutdown } = await listen({ port: Number(values.port) });
const pid = node.spawn(new Counter('counter'));
console.log(`counter: ${pid}`);
console.log(`counter: http://${pid} shows the sum`);

// Ends when it was told to stop, or by a signal.
process.once('SIGINT', () => node.terminate(pid));
process.once('SIGTERM', () => node.terminate(pid));
await node.wait(pid);
await shutdown();
console.log('counter: ended');
