/** Calls that are well-formed and have anything in them: the agent answers below 500 and goes on. */
import test from 'ava';
import fc from 'fast-check';
import { anyCall } from '../../../support/anyCall.ts';
import { launched } from '../support/customExecutor.ts';
import { post, serve } from '../support/operatorCalls.ts';
import { registeredSimulation } from '../support/simulatedAgent.ts';

/** Where Mesos has a 500: a container that cannot be taken away, a configuration at an agent that takes none (v1-operator-api.md §4). */
const MAY_FAIL = /^(REMOVE_(NESTED_)?CONTAINER|(ADD|UPDATE|REMOVE)_RESOURCE_PROVIDER_CONFIG)$/;

test('any call of an operator', (t) => {
  const simulation = registeredSimulation({}, serve);
  fc.assert(
    fc.property(anyCall('mesos.v1.agent.Call'), ({ type, headers, body }) => {
      const { status, text } = post(simulation, { path: '/slave(1)/api/v1', headers, body });
      simulation.world.run(10);
      // What is waited for is not answered yet.
      const isServed = status === 0 || (status >= 200 && status < 500) || status === 501;
      if (!isServed && !(status === 500 && MAY_FAIL.test(type)))
        throw new Error(`${type}: ${status} ${text}`);
      return post(simulation, {}).status === 200;
    }),
    { seed: 23, numRuns: 500 },
  );
  t.deepEqual(simulation.ends, []);
});

test('any call of an executor', (t) => {
  const simulation = launched();
  const ids = { framework_id: { value: 'framework-0000' }, executor_id: { value: 'custom' } };
  fc.assert(
    fc.property(anyCall('mesos.v1.executor.Call', ids), ({ type, headers, body }) => {
      const { status, text } = post(simulation, { path: '/slave(1)/api/v1/executor', headers, body });
      simulation.world.run(10);
      const isServed = (status >= 200 && status < 500) || status === 501;
      if (!isServed) throw new Error(`${type}: ${status} ${text}`);
      return post(simulation, {}).status === 200;
    }),
    { seed: 24, numRuns: 400 },
  );
  t.deepEqual(simulation.ends, []);
});
