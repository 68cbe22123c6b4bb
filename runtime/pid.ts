/**
 * PIDs: the addresses of processes (actors), `host:port/name`, as libprocess' UPIDs.
 *
 * A PID is only an address: it may exist before its process is spawned and after it ended. The form `name@host:port`
 * (libprocess' own) is read too and written where a wire fact asks for it.
 */

/** Where a node listens. `host` is a name or an IP address, without brackets. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** `host:port`, with brackets around an IPv6 host. */
export function addressText(address: Address): string {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${host}:${address.port}`;
}

/** @returns the address, or undefined when the text is not `host:port` with a port of 1…65535 */
export function parseAddress(text: string): Address | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  const host = match[1] ?? match[2];
  return host === undefined || port < 1 || port > 65535 ? undefined : { host, port };
}

export class Pid {
  /** Name of the process within its node: `master`, `slave(1)`, `scheduler-<uuid>`. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** `host:port` */
  readonly address: string;

  /** @param address the text of host and port, where it is at hand */
  constructor(id: string, host: string, port: number, address: string = addressText({ host, port })) {
    this.id = id;
    this.host = host;
    this.port = port;
    this.address = address;
  }

  /** `host:port/name`; two PIDs are the same exactly when their texts are. Made when asked for: most never are. */
  get text(): string {
    return `${this.address}/${this.id}`;
  }

  /**
   * Reads `host:port/name` or libprocess' `name@host:port`.
   * @returns undefined when the text is neither (libprocess' "empty UPID")
   */
  static parse(text: string): Pid | undefined {
    const at = text.indexOf('@');
    const slash = text.indexOf('/');
    if (at > 0 && (slash < 0 || at < slash)) return Pid.of(text.slice(0, at), text.slice(at + 1));
    if (slash > 0) return Pid.of(text.slice(slash + 1), text.slice(0, slash));
    return undefined;
  }

  private static of(id: string, address: string): Pid | undefined {
    const where = parseAddress(address);
    if (where === undefined || !isProcessId(id)) return undefined;
    return new Pid(id, where.host, where.port);
  }

  equals(other: Pid | undefined): boolean {
    return other !== undefined && other.text === this.text;
  }

  /** `name@host:port`, the form Mesos shows in `/state` and in `MESOS_SLAVE_PID`. */
  toUpid(): string {
    return `${this.id}@${this.address}`;
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** A process id is 1…255 characters without blanks, control characters, `/`, `@`. */
export function isProcessId(id: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  return id.length > 0 && id.length <= 255 && !/[\s/@\u0000-\u001f\u007f]/.test(id);
}
