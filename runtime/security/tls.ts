/** TLS of a node's one port and of the links it opens: who it shows itself to be, and whom it believes. */
import { isIP } from 'node:net';
import {
  checkServerIdentity,
  createSecureContext,
  type DetailedPeerCertificate,
  type PeerCertificate,
  type SecureVersion,
  type TLSSocket,
} from 'node:tls';

/** PEM texts (not file names) and what is asked of others. The same material serves both directions. */
export interface TlsOptions {
  /** Certificate of this node, with its chain. */
  readonly cert: string;
  /** Its private key, without a passphrase. */
  readonly key: string;
  /** Certificates that others' are checked against; the system's when left out. */
  readonly ca?: string;
  /** Refuse connections, of links and of HTTP clients alike, that show no certificate of `ca`. Default: false. */
  readonly requireClientCert?: boolean;
  /** Refuse to link to a node whose certificate is not of `ca`, or is not for its address. Default: true. */
  readonly verifyServerCert?: boolean;
  /** False: a certificate of a node that is called by its IP address need not be for that address. Default: true. */
  readonly verifyIpAddress?: boolean;
  /** Authorities between a certificate and one that is trusted, at most. Default: as OpenSSL has it (100). */
  readonly verifyDepth?: number;
  /** OpenSSL's names, separated by colons. Default: Node's. */
  readonly ciphers?: string;
  /** Curves of the key exchange, by OpenSSL's names, separated by colons. Default: `auto`. */
  readonly ecdhCurve?: string;
  /** Oldest and newest version spoken. Default: from TLS 1.2 on. */
  readonly versions?: readonly [oldest: SecureVersion, newest: SecureVersion];
  /** Plain connections are taken on the same port as well: for a cluster that changes over to TLS node by node. */
  readonly allowPlain?: boolean;
}

/** As Mesos' default, older versions are off; newer ones are welcome. */
const MIN_VERSION: SecureVersion = 'TLSv1.2';

/** What `node:https` takes to listen. @throws Error in one line when certificate and key are not a pair of PEM texts */
export function serverTls(tls: TlsOptions): TlsContext & { requestCert: boolean } {
  const { requireClientCert = false } = tls;
  if (requireClientCert && tls.ca === undefined)
    throw new Error('TLS: to require certificates of clients, a CA to check them against is needed');
  return { ...contextOf(tls), requestCert: requireClientCert, rejectUnauthorized: requireClientCert };
}

/** What a dialled TLS connection takes. @throws as `serverTls` */
export function clientTls(tls: TlsOptions): TlsContext {
  const { verifyServerCert = true, verifyIpAddress = true } = tls;
  return {
    ...contextOf(tls),
    rejectUnauthorized: verifyServerCert,
    checkServerIdentity: (host, cert) => {
      const problem = depthProblem(cert, tls);
      if (problem !== undefined) return problem;
      return isIP(host) !== 0 && !verifyIpAddress ? undefined : checkServerIdentity(host, cert);
    },
  };
}

/** Why a client's certificate is not taken although it is of the authority. */
export function clientProblem(socket: TLSSocket, tls: TlsOptions): string | undefined {
  if (tls.requireClientCert !== true) return undefined;
  return depthProblem(socket.getPeerCertificate(true), tls)?.message;
}

/** Authorities between the certificate and the one at the end of its chain. */
function depthProblem(cert: PeerCertificate, { verifyDepth }: TlsOptions): Error | undefined {
  if (verifyDepth === undefined) return undefined;
  let between = -1;
  let at = cert as DetailedPeerCertificate;
  for (; at.issuerCertificate !== undefined && at.issuerCertificate !== at; at = at.issuerCertificate)
    between++;
  if (between <= verifyDepth) return undefined;
  return new Error(
    `the certificate's chain has ${between} authorities in between, at most ${verifyDepth} are allowed`,
  );
}

interface TlsContext {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly minVersion: SecureVersion;
  readonly maxVersion?: SecureVersion;
  readonly ciphers?: string;
  readonly ecdhCurve?: string;
  readonly rejectUnauthorized: boolean;
  readonly checkServerIdentity?: (host: string, cert: PeerCertificate) => Error | undefined;
}

function contextOf(tls: TlsOptions): Omit<TlsContext, 'rejectUnauthorized'> {
  const { cert, key, ca, ciphers, ecdhCurve, versions } = tls;
  const context = {
    cert,
    key,
    minVersion: versions?.[0] ?? MIN_VERSION,
    ...(versions !== undefined && { maxVersion: versions[1] }),
    ...(ca !== undefined && { ca }),
    ...(ciphers !== undefined && { ciphers }),
    ...(ecdhCurve !== undefined && { ecdhCurve }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new Error(
      `TLS: expected a certificate and its key (PEM), and ciphers and curves that OpenSSL knows: ${(error as Error).message}`,
    );
  }
  return context;
}
