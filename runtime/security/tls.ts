/** TLS of a node's one port and of the links it opens: who it shows itself to be, and whom it believes. */
import { createSecureContext, type SecureVersion } from 'node:tls';

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
  return { ...contextOf(tls), rejectUnauthorized: tls.verifyServerCert ?? true };
}

interface TlsContext {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly minVersion: SecureVersion;
  readonly rejectUnauthorized: boolean;
}

function contextOf({ cert, key, ca }: TlsOptions): Omit<TlsContext, 'rejectUnauthorized'> {
  const context = { cert, key, minVersion: MIN_VERSION, ...(ca !== undefined && { ca }) };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new Error(`TLS: expected a certificate and its key (PEM): ${(error as Error).message}`);
  }
  return context;
}
