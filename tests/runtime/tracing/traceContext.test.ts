/** The rules of W3C Trace Context, one by one. */
import test from 'ava';
import fc from 'fast-check';
import { parseTraceContext, traceparentOf } from '../../../runtime/tracing/traceContext.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const of = (version: string, rest = `${TRACE}-${PARENT}-01`) =>
  parseTraceContext(`${version}-${rest}`, undefined);

test('a traceparent of version 00 is read, and written as it was', (t) => {
  const context = parseTraceContext(`00-${TRACE}-${PARENT}-01`, undefined);
  t.deepEqual(context, { traceId: TRACE, parentId: PARENT, flags: 1, state: '' });
  t.is(traceparentOf(TRACE, PARENT, 1), `00-${TRACE}-${PARENT}-01`);
});

test('of the flags only the known one is passed on', (t) => {
  t.is(of('00', `${TRACE}-${PARENT}-ff`)?.flags, 1);
  t.is(of('00', `${TRACE}-${PARENT}-fe`)?.flags, 0);
});

test('a later version is read as far as this one knows it', (t) => {
  t.is(of('01')?.traceId, TRACE);
  t.is(of('cc', `${TRACE}-${PARENT}-01-what-comes-later`)?.parentId, PARENT);
  t.is(of('cc', `${TRACE}-${PARENT}-01.what`), undefined);
});

test('what breaks a rule is no traceparent', (t) => {
  for (const wrong of [
    undefined,
    '',
    'nonsense',
    `ff-${TRACE}-${PARENT}-01`,
    `00-${TRACE}-${PARENT}-01-more`,
    `00-${TRACE}-${PARENT}`,
    `00-${TRACE.toUpperCase()}-${PARENT}-01`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE}-${'0'.repeat(16)}-01`,
    `00-${TRACE}-${PARENT}-01, 00-${TRACE}-${PARENT}-01`,
  ])
    t.is(parseTraceContext(wrong, 'a=1'), undefined, wrong);
});

test('a tracestate is passed on whole, or not at all', (t) => {
  const stateOf = (state: string) => parseTraceContext(`00-${TRACE}-${PARENT}-00`, state)?.state;
  t.is(stateOf('rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'), 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE');
  t.is(stateOf('a=1 , , 0tenant@b=2'), 'a=1,0tenant@b=2');
  for (const wrong of ['A=1', 'a', 'a=', 'a=1,a=2', 'a=b=c', '0b=1', 'a=\u00e9', `a=${'x'.repeat(600)}`])
    t.is(stateOf(wrong), '', wrong);
  t.is(stateOf(Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(',')), '');
});

test('any text at all is read or refused; what is passed on has no line ends', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (parent, state) => {
      const context =
        parseTraceContext(parent, state) ?? parseTraceContext(`00-${TRACE}-${PARENT}-01`, state);
      return context !== undefined && /^[\x20-\x7e]*$/.test(context.state);
    }),
  );
  t.pass();
});
