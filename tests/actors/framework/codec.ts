/** The codec of a cluster's nodes, so that whatever is sent in a test is a whole message. */
import { decode, encode, hasType } from '../../../proto/index.ts';
import type { MessageCodec } from '../../../runtime/index.ts';

export const codec: MessageCodec = {
  knows: hasType,
  encode: (name, body) => encode(name, body as object),
  decode,
  fromJson: (_name, text) => JSON.parse(text) as unknown,
};
