/** Well-formed calls of any type, with anything in them, in either encoding, whole or cut. */
import fc from 'fast-check';
import { encode, toJsonText } from '../../proto/index.ts';
import { enumNamed, messageNamed } from '../../proto/schema.ts';
import { messages } from '../proto/arbitraries.ts';

export interface AnyCall {
  readonly type: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

const DEPTH = 4;

/**
 * @param typeName of the calls, such as mesos.v1.master.Call
 * @param fixed fields that every call has
 */
export function anyCall(typeName: string, fixed: object = {}): fc.Arbitrary<AnyCall> {
  const { fields } = messageNamed(typeName);
  const { numbers } = enumNamed(fields.find(({ name }) => name === 'type')?.typeName ?? '');
  const each = [...numbers].map(([name, type]) => {
    const field = fields.find((one) => one.name === name.toLowerCase());
    const body = field?.kind === 'message' ? messages(field.typeName ?? '', DEPTH) : fc.constant(undefined);
    return body.map((message) => ({
      type: name,
      call: { ...fixed, type, ...(message && { [name.toLowerCase()]: message }) },
    }));
  });
  const end = fc.oneof({ arbitrary: fc.constant(1), weight: 3 }, fc.double({ min: 0, max: 1, noNaN: true }));
  return fc.tuple(fc.oneof(...each), fc.boolean(), end).map(([{ type, call }, binary, cut]) => {
    const whole = binary ? encode(typeName, call) : Buffer.from(toJsonText(typeName, call));
    const media = binary ? 'application/x-protobuf' : 'application/json';
    const body = whole.subarray(0, Math.ceil(whole.length * cut));
    return { type, headers: { 'content-type': media, accept: media }, body };
  });
}
