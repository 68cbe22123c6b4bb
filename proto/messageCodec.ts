/** The cluster's messages for the runtime: protobuf by full type name, JSON for messages sent by hand. */
import type { MessageCodec } from '../runtime/codec.ts';
import { decode, encode, hasType } from './codec.ts';
import { fromJsonText } from './json.ts';
import { withNamedEnums } from './shown.ts';

export const mesosCodec: MessageCodec = {
  knows: hasType,
  encode: (name, body) => encode(name, body as object),
  decode,
  fromJson: fromJsonText,
  shown: withNamedEnums,
};
