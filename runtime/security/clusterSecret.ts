/**
 * The secret that the nodes of a cluster share, proved without being sent. Proofs are HMAC-SHA256 under keys derived
 * from it, one for each use, so that a proof of one use is worth nothing in another.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

/** A secret shorter than this can be guessed from a proof that was overheard. */
export const SECRET_CHARACTERS_MIN = 16;

/** One side of a link as it said it is, and its nonce: fresh at each connection, so that nothing old is worth anything. */
export interface LinkSide {
  readonly host: string;
  readonly port: number;
  readonly incarnation: string;
  readonly nonce: string;
}

export type LinkRole = 'dialler' | 'acceptor';

/** Header of a message posted over plain HTTP: `Mesostate-Proof: <hex>`. */
export const PROOF_HEADER = 'mesostate-proof';

export class ClusterSecret {
  readonly #linkKey: Buffer;
  readonly #messageKey: Buffer;

  /** @throws Error when it is too short; the text never shows it */
  constructor(secret: string) {
    if (secret.length < SECRET_CHARACTERS_MIN)
      throw new Error(`the cluster secret: expected at least ${SECRET_CHARACTERS_MIN} characters`);
    this.#linkKey = hmac(secret, 'mesostate/link/1');
    this.#messageKey = hmac(secret, 'mesostate/message/1');
  }

  /**
   * What the side in `role` shows the other. Both sides' nonces, incarnations and addresses are in it, so that it fits
   * this one connection; the role is, so that a proof sent back to its maker proves nothing.
   */
  linkProof(role: LinkRole, dialler: LinkSide, acceptor: LinkSide): Uint8Array {
    return hmac(this.#linkKey, JSON.stringify([role, fieldsOf(dialler), fieldsOf(acceptor)]));
  }

  /** Compares in time that does not depend on where they differ. */
  linkProved(proof: Uint8Array, role: LinkRole, dialler: LinkSide, acceptor: LinkSide): boolean {
    return same(proof, this.linkProof(role, dialler, acceptor));
  }

  /**
   * Proof of a message posted over plain HTTP, as hexadecimal digits: over the path as it is after percent-decoding,
   * the claimed sender and the body's bytes. Whoever overhears it can repeat that one message, and make no other.
   */
  messageProof(path: string, from: string, body: Uint8Array): string {
    return hmac(this.#messageKey, JSON.stringify([path, from, body.length]), body).toString('hex');
  }

  messageProved(proof: string | undefined, path: string, from: string, body: Uint8Array): boolean {
    if (proof === undefined || !/^[0-9a-f]{64}$/i.test(proof)) return false;
    return same(Buffer.from(proof, 'hex'), Buffer.from(this.messageProof(path, from, body), 'hex'));
  }
}

function fieldsOf({ nonce, incarnation, host, port }: LinkSide): unknown[] {
  return [nonce, incarnation, host, port];
}

function hmac(key: string | Buffer, ...parts: (string | Uint8Array)[]): Buffer {
  const mac = createHmac('sha256', key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
