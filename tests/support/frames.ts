/** Frames made by hand, for what no honest node sends. */
import { Encoding, EnvelopeWriter } from '../../runtime/transport/frame.ts';

/** One plain envelope, as a fresh link would write it. */
export function envelopesFrame(to: string, name: string, body: unknown): Uint8Array {
  return new EnvelopeWriter().frame([{ to, name, from: '', encoding: Encoding.plain, body, bytes: 0 }]);
}
