/** The executor API's calls beside what a real Mesos answered; golden.test.ts compares the stream. */
import test from 'ava';
import { exchangeOf, filesOf, haveGolden, headOf } from '../../support/golden.ts';
import { launched, running } from './support/customExecutor.ts';
import { post } from './support/httpExecutor.ts';
import type { SimulatedAgent } from './support/simulatedAgent.ts';

/** The recorded ids, as the simulated agent has them. */
function translated(body: string): string {
  return body
    .replaceAll('f096210f-078d-4f25-84e9-56a220480b19-0000', 'framework-0000')
    .replaceAll('"cexec"', '"custom"')
    .replaceAll('"c1"', '"one"');
}

const EXCHANGES: readonly [file: string, prepare: () => SimulatedAgent][] = [
  ['001-error-update-before-subscribe.json', launched],
  ['002-update-starting.json', running],
  ['004-message.json', running],
  ['005-heartbeat.json', running],
  ['006-error-update-no-uuid.json', running],
  ['007-error-update-bad-source.json', running],
  ['008-error-update-wrong-executor.json', running],
  ['009-error-unknown-type.json', running],
  ['010-update-killed.json', running],
];

for (const [file, prepare] of haveGolden ? EXCHANGES : []) {
  test(`golden executor/${file}`, (t) => {
    const { request, response } = exchangeOf('executor', file);
    const answer = post(prepare(), {}, { body: Buffer.from(translated(String(request.body))) });
    t.is(request.method, 'POST');
    t.deepEqual(headOf(answer.status, answer.headers), headOf(response.status, response.headers));
    t.is(answer.text === '', (response.body ?? '') === '');
  });
}

test('nothing that was recorded of an executor is left out', (t) => {
  const here = EXCHANGES.map(([file]) => file);
  const elsewhere = ['000-environment.json', 'stream.json'];
  t.deepEqual(filesOf('executor'), haveGolden ? [...here, ...elsewhere].sort() : []);
});
