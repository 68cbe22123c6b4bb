/** What `/allowed` says is what the calls then do. */
import test from 'ava';
import { readAcls } from '../../../proto/authorization/flags.ts';
import { allowedEndpoint, localAuthorizer } from '../../../proto/authorization/index.ts';
import { basicAuthenticator, Process } from '../../../runtime/index.ts';
import { inject } from '../../support/http.ts';
import { simulatedWorld } from '../../support/world.ts';

const ACLS = readAcls({
  permissive: false,
  drain_agents: [{ principals: { values: ['ada'] }, agents: { type: 'ANY' } }],
  update_weights: [{ principals: { type: 'ANY' }, roles: { values: ['dev'] } }],
});

class Doors extends Process {
  override initialize(): void {
    this.route('/allowed', allowedEndpoint(localAuthorizer(ACLS)), { realm: 'house' });
  }
}

function house() {
  const world = simulatedWorld();
  const node = world.node(1, { delegateId: 'doors' });
  node.spawn(new Doors('doors'));
  world.settle();
  node.setAuthenticator('house', basicAuthenticator('house', [{ principal: 'ada', secret: 's' }]));
  return (target: string, method = 'GET') => {
    const headers = { authorization: `Basic ${Buffer.from('ada:s').toString('base64')}` };
    const answer = inject(node, target, { headers, method });
    world.settle();
    return answer;
  };
}

test('each question is answered for whoever asks, of an object or of any', (t) => {
  const { status, body } = house()(
    '/allowed?action=DRAIN_AGENT&action=UPDATE_WEIGHT:dev&action=UPDATE_WEIGHT:prod&action=UPDATE_WEIGHT',
  );
  t.is(status, 200);
  t.deepEqual(JSON.parse(String(body)), {
    principal: 'ada',
    allowed: {
      DRAIN_AGENT: true,
      'UPDATE_WEIGHT:dev': true,
      'UPDATE_WEIGHT:prod': false,
      UPDATE_WEIGHT: false,
    },
  });
});

test('what is no action, and too many questions, are told', (t) => {
  const ask = house();
  t.like(ask('/allowed?action=FLY'), { status: 400 });
  t.like(ask('/allowed?action=toString'), { status: 400 });
  t.regex(String(ask('/allowed?action=FLY:high').body), /there is no action 'FLY'/);
  t.like(ask(`/allowed?${'action=DRAIN_AGENT&'.repeat(501)}`), { status: 400 });
  t.like(ask('/allowed', 'POST'), { status: 405 });
});
