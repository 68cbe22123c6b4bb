/** Answers of one connection, in whatever pieces they come. */
import test from 'ava';
import { AnswerReader } from '../../../actors/client/answers.ts';

const ACCEPTED = 'HTTP/1.1 202 Accepted\r\nDate: now\r\nContent-Length: 0\r\n\r\n';
const REFUSED = 'HTTP/1.1 400 Bad Request\r\nContent-Length: 6\r\n\r\nnö:no';
const MOVED = 'HTTP/1.1 307 Temporary Redirect\r\nLOCATION: //127.0.0.1:1/x\r\ncontent-length:0\r\n\r\n';
const CHUNKED = 'HTTP/1.1 503 Busy\r\nTransfer-Encoding: chunked\r\n\r\n3;x=1\r\nlat\r\n1\r\ne\r\n0\r\n\r\n';
const ALL = `HTTP/1.1 100 Continue\r\n\r\n${ACCEPTED}${REFUSED}${MOVED}HTTP/1.1 204 No Content\r\n\r\n${CHUNKED}${ACCEPTED}`;
const answer = (status: number, text = '', location?: string) => ({ status, text, location });
const EXPECTED = [
  answer(202),
  answer(400, 'nö:no'),
  answer(307, '', '//127.0.0.1:1/x'),
  answer(204),
  answer(503, 'late'),
  answer(202),
];

test('answers with a length, in chunks, without a body; one that only promises another is none', (t) => {
  t.deepEqual(new AnswerReader().push(Buffer.from(ALL)), EXPECTED);
});

test('it does not matter where the pieces end', (t) => {
  const bytes = Buffer.from(ALL);
  for (const size of [1, 2, 3, 7, 40]) {
    const reader = new AnswerReader();
    const answers = [];
    for (let at = 0; at < bytes.length; at += size)
      answers.push(...reader.push(bytes.subarray(at, at + size)));
    t.deepEqual(answers, EXPECTED, `${size} bytes each`);
    t.false(reader.isLast);
  }
});

test('whether it was the last one', (t) => {
  const reader = new AnswerReader();
  reader.push(Buffer.from('HTTP/1.1 413 Too Large\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n'));
  t.true(reader.isLast);
});

test('what is no answer is refused, and one without an end is not kept for ever', (t) => {
  const push = (text: string) => () => new AnswerReader().push(Buffer.from(text));
  t.throws(push('SSH-2.0-OpenSSH\r\n\r\n'), { message: 'no answer of HTTP/1.1: SSH-2.0-OpenSSH' });
  t.throws(push('HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'), { message: /Content-Length/ });
  t.throws(push('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n'), { message: /chunk/ });
  t.throws(push(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2 ** 20)}`), { message: 'an answer is too long' });
});
