/** What becomes of requests to a framework whose run ends: nobody waits for ever, and the next run answers again. */
import test from 'ava';
import type { FrameworkContext } from '../../../actors/framework/context.ts';
import { FrameworkFronts } from '../../../actors/framework/fronts.ts';
import { hostFramework } from '../../../actors/framework/host.ts';
import { mesosCodec } from '../../../proto/messageCodec.ts';
import type { HttpStream } from '../../../runtime/index.ts';
import { inject } from '../../support/http.ts';
import { simulatedWorld } from '../../support/world.ts';

function hosted() {
  const world = simulatedWorld(11, mesosCodec);
  const node = world.node(1);
  const fronts = new FrameworkFronts(node);
  let context: FrameworkContext | undefined;
  let stream: HttpStream | undefined;
  const begin = (): void => {
    hostFramework(node, {
      definition: {
        name: 'served',
        create: (given) => {
          context = given;
          given.serve('served', [
            { path: '/now', handler: (_request, reply) => reply.text(200, 'here') },
            // As one whose answer waits for a disk.
            { path: '/never', handler: () => undefined },
            {
              path: '/stream',
              handler: (_request, reply) => {
                stream = reply.stream(200, {});
              },
            },
          ]);
          return { offers: () => undefined, update: () => undefined };
        },
      },
      framework: { name: 'served', user: 'nobody' },
      master: { host: '10.0.0.9', port: 5050 },
      options: {},
      print: () => undefined,
      serve: (routes, id) => fronts.serve(id, routes),
    });
    world.run(10);
  };
  begin();
  return {
    begin,
    ask: (path: string) => {
      const answer = inject(node, `/served${path}`);
      world.run(10);
      return answer;
    },
    end: () => {
      context?.finish({ exitCode: 0, failover: true, handOver: true });
      world.run(10);
    },
    streamIsOpen: () => stream?.open,
  };
}

test('who waits for an answer when a run ends is told so, and streams end', (t) => {
  const framework = hosted();
  const [waiting, stream, answered] = ['/never', '/stream', '/now'].map(framework.ask);
  t.deepEqual([waiting?.status, stream?.status, answered?.status], [0, 200, 200]);
  t.is(stream?.ended, 'open');
  framework.end();
  t.is(waiting?.status, 503);
  t.regex(waiting?.text ?? '', /"message":"The framework is not running at this moment; ask again"/);
  t.is(stream?.ended, 'ended');
  t.false(framework.streamIsOpen());
  t.is(answered?.text, 'here', 'what was answered stays so');
});

test('between two runs it is 503, not 404; the next run answers under the same paths', (t) => {
  const framework = hosted();
  framework.end();
  t.is(framework.ask('/now').status, 503);
  t.is(framework.ask('/now').headers['Retry-After'], '1');
  framework.begin();
  t.is(framework.ask('/now').text, 'here');
});
