/** `/logging`: how much is logged, and more or less of it for a while (spec: marathon.md §9). */
import type { Level, Logger } from '../../../../runtime/logging/index.ts';
import { ApiError, notValid, wrongShape } from '../errors.ts';
import { number, object, type Problem, text } from '../model/schema.ts';
import { type Answer, Call, COMMON_HEADERS, type HttpReply, type HttpRequest, send } from './call.ts';

/** Marathon's words, and those of its logging library that mean the same here. */
const WORDS: Readonly<Record<string, Level>> = {
  trace: 'trace',
  all: 'trace',
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  off: 'error',
};
/** A program has one level for all of it, as libprocess has. */
const ROOT = 'ROOT';

const reader = object({ level: text, logger: text, durationSeconds: number }, ['level']);

/** GET: the level by logger. POST: another one, with `durationSeconds` for so long. @throws ApiError */
export function loggingAnswer(log: Logger, call: Call): Answer {
  if (call.method === 'POST') change(log, call);
  return { body: { [ROOT]: log.level.level.toUpperCase() } };
}

function change(log: Logger, call: Call): void {
  const problems: Problem[] = [];
  const given = reader.read(call.json(), '', problems);
  if (given === undefined || problems.length > 0) throw wrongShape(problems);
  const { level = '', durationSeconds } = given;
  const known = WORDS[level.toLowerCase()];
  if (known === undefined)
    throw notValid([
      { path: '/level', error: `got '${level.slice(0, 60)}', expected trace, debug, info, warn or error` },
    ]);
  if (durationSeconds !== undefined && durationSeconds <= 0)
    throw notValid([{ path: '/durationSeconds', error: `got ${durationSeconds}, expected more than 0` }]);
  log.level.change(known, durationSeconds === undefined ? undefined : durationSeconds * 1000);
}

/** Of one that does not lead: each program has its own log. */
export function answerLogging(log: Logger, request: HttpRequest, reply: HttpReply): void {
  try {
    send(reply, loggingAnswer(log, new Call(request, '')), COMMON_HEADERS);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    send(reply, { status: error.status, body: error.body }, COMMON_HEADERS);
  }
}
