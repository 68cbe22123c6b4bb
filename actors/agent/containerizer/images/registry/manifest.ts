/** Manifests of images: Docker's schema 2 and OCI's, and lists of them for several kinds of machine. */
import { arch } from 'node:os';
import { DIGEST } from './reference.ts';

const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** In the order of preference. */
export const MANIFEST_TYPES: readonly string[] = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST];

/** As a file system can be stacked. */
const LAYERS_MAX = 100;

/** Content, by what it is. */
export interface Descriptor {
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
}

export interface Manifest {
  readonly config: Descriptor;
  /** Archives, the lowest first. */
  readonly layers: readonly Descriptor[];
}

/** Names of processors where images call them otherwise than Node does. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };

/**
 * @returns the manifest, or the digest of the one for this machine
 * @throws Error saying why it is none that can be used here
 */
export function readManifest(bytes: Buffer): Manifest | string {
  const value = objectOf(parse(bytes));
  if (value['schemaVersion'] !== 2) throw new Error('the manifest is not of schema version 2');
  if (Array.isArray(value['manifests'])) return ownDigest(value['manifests']);
  if (!Array.isArray(value['layers'])) throw new Error('the manifest names no layers');
  if (value['layers'].length > LAYERS_MAX) throw new Error(`the image has more than ${LAYERS_MAX} layers`);
  return { config: descriptorOf(value['config']), layers: value['layers'].map(layerOf) };
}

function ownDigest(list: readonly unknown[]): string {
  const own = ARCHITECTURES[arch()] ?? arch();
  for (const entry of list) {
    const { platform } = objectOf(entry);
    const { os, architecture } = (platform ?? {}) as Readonly<Record<string, unknown>>;
    if (os === 'linux' && architecture === own) return descriptorOf(entry).digest;
  }
  throw new Error(`there is no image for linux/${own}`);
}

function layerOf(value: unknown): Descriptor {
  const { mediaType } = objectOf(value);
  // Elsewhere, and not to be passed on: an operator has to bring those.
  if (typeof mediaType === 'string' && /foreign|nondistributable/.test(mediaType))
    throw new Error('the image has a layer that no registry holds');
  return descriptorOf(value);
}

function descriptorOf(value: unknown): Descriptor {
  const { digest, size } = objectOf(value);
  if (typeof digest !== 'string' || !DIGEST.test(digest))
    throw new Error('the manifest has no digest of sha256');
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0)
    throw new Error(`the manifest tells no size of ${digest}`);
  return { digest, size };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (value === null || typeof value !== 'object') throw new Error('the manifest is none');
  return value as Record<string, unknown>;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    throw new Error('the manifest is no JSON');
  }
}
