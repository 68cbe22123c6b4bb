// The other of two nodes: sends numbers to the counter, prints its answers, and hears when it is gone.
//
//   node examples/two-nodes/asker.mjs --counter=127.0.0.1:7001/counter 1 2 3
//
// With --stop it ends the counter at last and waits for the news; else it leaves the counter running.
import { parseArgs } from 'node:util';
import { listen, Pid, Process } from 'mesostate/runtime';

class Asker extends Process {
  #counter;
  #numbers;
  #stop;
  #answers = 0;

  constructor(counter, numbers, stop) {
    super('asker');
    this.#counter = counter;
    this.#numbers = numbers;
    this.#stop = stop;
  }

  initialize() {
    this.install('Sum', ({ sum }) => {
      console.log(`asker: the sum is ${sum}`);
      if (++this.#answers < this.#numbers.length) return;
      if (this.#stop) this.send(this.#counter, 'Stop', undefined);
      else this.terminate();
    });
    this.install('Refused', ({ reason }) => console.log(`asker: refused: ${reason}`));
    // A send never fails here and never waits: what reaches nobody is lost. The link tells.
    this.link(this.#counter);
    for (const value of this.#numbers) this.send(this.#counter, 'Add', { value });
  }

  exited(pid, reason) {
    console.log(`asker: ${pid.id} is gone: ${reason}`);
    if (reason !== 'ended') process.exitCode = 1;
    this.terminate();
  }
}

const { values, positionals } = parseArgs({
  options: { counter: { type: 'string', default: '' }, stop: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const counter = Pid.parse(values.counter);
const numbers = positionals.map(Number);
if (counter === undefined || numbers.length === 0 || !numbers.every(Number.isFinite)) {
  console.error('usage: node asker.mjs --counter=HOST:PORT/NAME [--stop] NUMBER …');
  process.exit(64);
}
const { node, shutdown } = await listen();
await node.wait(node.spawn(new Asker(counter, numbers, values.stop)));
await shutdown();
