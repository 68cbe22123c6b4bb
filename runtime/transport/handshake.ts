/**
 * The first frames of a link, before anything else of the peer is read.
 *
 * Each side says hello. Where both have a cluster secret, the dialler proves that it knows it, then the acceptor does:
 * who only calls is shown no proof to work on. Where only one has it, or a proof is wrong, the link is refused in words.
 *
 * A peer that passes frames on between two honest nodes is not noticed by this: against the network itself, use TLS.
 */
import type { LinkEvent } from '../../statecharts/link.ts';
import type { ClusterSecret, LinkRole, LinkSide } from '../security/clusterSecret.ts';
import {
  FrameError,
  FrameKind,
  type Hello,
  PROTOCOL_VERSION,
  readHello,
  readProof,
  readRefusal,
} from './frame.ts';

/** A frame before the handshake is done has no reason to be larger. */
const FRAME_BYTES_MAX = 4096;

export class Handshake {
  /** What the peer said it is: not to be believed before the handshake is done. */
  claimed: Hello | undefined;
  private readonly secret: ClusterSecret | undefined;
  private readonly role: LinkRole;
  private readonly own: Hello;

  /** @param own this node's hello, with a fresh nonce when it has a secret */
  constructor(secret: ClusterSecret | undefined, role: LinkRole, own: Hello) {
    this.secret = secret;
    this.role = role;
    this.own = own;
  }

  /** What the peer's next frame means. @throws FrameError when it is none that may come now */
  read(frame: Uint8Array): LinkEvent {
    if (frame.length > FRAME_BYTES_MAX) throw new FrameError('a frame came before the handshake was done');
    if (frame[0] === FrameKind.refusal)
      return { type: 'REFUSED_BY_PEER', reason: `the peer refused the link: ${readRefusal(frame)}` };
    return this.claimed === undefined ? this.greeted(readHello(frame)) : this.proved(frame, this.claimed);
  }

  /** This side's proof. */
  proof(): Uint8Array {
    const sides = this.sides();
    if (this.secret === undefined || sides === undefined)
      throw new Error('a proof is due before both sides said hello');
    return this.secret.linkProof(this.role, ...sides);
  }

  private greeted(hello: Hello): LinkEvent {
    if (hello.version !== PROTOCOL_VERSION)
      return refused(`the peer speaks version ${hello.version}, this node ${PROTOCOL_VERSION}`);
    if (this.secret === undefined && hello.nonce !== undefined)
      return refused('one side has a cluster secret, the other none: this node has none');
    if (this.secret !== undefined && hello.nonce === undefined)
      return refused('one side has a cluster secret, the other none: the peer has none');
    this.claimed = hello;
    if (this.secret === undefined) return { type: 'HANDSHAKE_DONE' };
    return { type: this.role === 'dialler' ? 'PROOF_ASKED' : 'PROOF_AWAITED' };
  }

  private proved(frame: Uint8Array, hello: Hello): LinkEvent {
    const sides = this.sides();
    if (this.secret === undefined || sides === undefined)
      throw new FrameError('a proof that nobody asked for');
    const peerRole = this.role === 'dialler' ? 'acceptor' : 'dialler';
    if (this.secret.linkProved(readProof(frame), peerRole, ...sides)) return { type: 'HANDSHAKE_DONE' };
    return refused(`the node that says it is ${hello.host}:${hello.port} has another cluster secret`);
  }

  private sides(): [dialler: LinkSide, acceptor: LinkSide] | undefined {
    const own = sideOf(this.own);
    const peer = this.claimed === undefined ? undefined : sideOf(this.claimed);
    if (own === undefined || peer === undefined) return undefined;
    return this.role === 'dialler' ? [own, peer] : [peer, own];
  }
}

function sideOf({ host, port, incarnation, nonce }: Hello): LinkSide | undefined {
  return nonce === undefined ? undefined : { host, port, incarnation, nonce };
}

function refused(reason: string): LinkEvent {
  return { type: 'HANDSHAKE_REFUSED', reason };
}
