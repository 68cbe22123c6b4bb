/**
 * What is on disk of the networks of containers, for an agent that is started again (agent.md §12):
 * `<container>/{ns,hosts,hostname,resolv.conf,<network>/{network.conf,<interface>/network.info}}`.
 */
import * as fs from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../../subprocess.ts';
import { namesIn } from '../../runtimeFiles.ts';
import type { Attachment, CniResult } from './plugins.ts';
import { parseResult } from './plugins.ts';

/** Type of the file system whose files are namespaces. */
const NSFS = 0x6e736673;

/** One network of a container: written before the container joins it, and its result after that. */
export interface Joined {
  readonly attachment: Attachment;
  /** undefined: whether the container has joined is not known. */
  readonly result: CniResult | undefined;
}

export class NetworkStore {
  readonly #dir: string;

  /** @param dir `<runtime_dir or work_dir>/isolators/network/cni` */
  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Containers that have something here, those inside others among them. */
  get containerIds(): string[] {
    return namesIn(this.#dir);
  }

  has(containerId: string): boolean {
    return fs.existsSync(this.#dirOf(containerId));
  }

  namespace(containerId: string): string {
    return this.file(containerId, 'ns');
  }

  /** Where a file that the container sees in place of the machine's lies. */
  file(containerId: string, name: 'ns' | 'hosts' | 'hostname' | 'resolv.conf'): string {
    return join(this.#dirOf(containerId), name);
  }

  write(containerId: string, name: 'hosts' | 'hostname' | 'resolv.conf', text: string): void {
    fs.writeFileSync(this.file(containerId, name), text, { mode: 0o644 });
  }

  /** Makes a network namespace that lives without a process. @throws Error in one line */
  async create(containerId: string): Promise<void> {
    fs.mkdirSync(this.#dirOf(containerId), { recursive: true, mode: 0o755 });
    const file = this.namespace(containerId);
    fs.writeFileSync(file, '');
    await runProgram('unshare', [`--net=${file}`, 'true']);
  }

  keep(attachment: Attachment): void {
    const dir = this.#interfaceDir(attachment);
    fs.mkdirSync(dir, { recursive: true, mode: 0o755 });
    replaceFile(join(dir, '..', 'network.conf'), JSON.stringify(attachment));
  }

  keepResult(attachment: Attachment, { raw }: CniResult): void {
    replaceFile(join(this.#interfaceDir(attachment), 'network.info'), JSON.stringify(raw));
  }

  forget({ containerId, network }: Attachment): void {
    fs.rmSync(join(this.#dirOf(containerId), network.name), { recursive: true, force: true });
  }

  /** In the order in which they were joined. */
  read(containerId: string): Joined[] {
    const dir = this.#dirOf(containerId);
    if (!fs.existsSync(dir)) return [];
    const joined = fs
      .readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => readJoined(join(dir, name)) ?? []);
    const number = ({ attachment }: Joined): number => Number(attachment.interface.replace(/^\D+/, ''));
    return joined.sort((a, b) => number(a) - number(b));
  }

  /** The file of the namespace; empty when it was lost, as by a boot of the machine. */
  liveNamespace(containerId: string): string {
    const file = this.namespace(containerId);
    return isNamespace(file) ? file : '';
  }

  /** Lets go of the namespace and forgets all. */
  async remove(containerId: string): Promise<void> {
    const file = this.namespace(containerId);
    if (isNamespace(file)) await runProgram('umount', ['--lazy', file]);
    await fs.promises.rm(this.#dirOf(containerId), { recursive: true, force: true });
  }

  #dirOf(containerId: string): string {
    return join(this.#dir, containerId);
  }

  #interfaceDir(attachment: Attachment): string {
    return join(this.#dirOf(attachment.containerId), attachment.network.name, attachment.interface);
  }
}

function isNamespace(file: string): boolean {
  return fs.existsSync(file) && fs.statfsSync(file).type === NSFS;
}

/** @returns undefined for what is not there, or damaged */
function readJoined(dir: string): Joined | undefined {
  const attachment = readObject(join(dir, 'network.conf')) as Attachment | undefined;
  if (attachment === undefined) return undefined;
  const raw = readObject(join(dir, attachment.interface, 'network.info'));
  return { attachment, result: raw === undefined ? undefined : parseResult(raw) };
}

function readObject(path: string): object | undefined {
  try {
    const value: unknown = JSON.parse(fs.readFileSync(path, 'utf8'));
    return value !== null && typeof value === 'object' ? value : undefined;
  } catch {
    return undefined;
  }
}

function replaceFile(path: string, text: string): void {
  const draft = `${path}.new`;
  fs.writeFileSync(draft, text, { mode: 0o600, flush: true });
  fs.renameSync(draft, path);
}
