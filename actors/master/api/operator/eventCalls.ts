/** SUBSCRIBE: the stream of what happens. */
import { INDEX_HEADER } from '../../events/eventStreams.ts';
import { bare, type OperatorCalls } from './call.ts';

export const eventCalls: OperatorCalls = {
  SUBSCRIBE: bare(({ reply, answerType, principal, http }, { eventStreams }) =>
    eventStreams.subscribe(reply, {
      type: answerType,
      principal,
      asked: http.headers[INDEX_HEADER.toLowerCase()],
    }),
  ),
};
