/** What happened in a simulation, line by line. Lines are made when somebody reads them: most runs are never read. */

/** What stands in one line: text, or what makes the text. */
export type Line = string | (() => string);

export class Transcript {
  private entries: { readonly atMs: number; readonly line: Line }[] = [];
  private readonly max: number;
  private dropped = 0;

  /** @param max lines kept, the newest */
  constructor(max = 200_000) {
    this.max = max;
  }

  add(atMs: number, line: Line): void {
    this.entries.push({ atMs, line });
    if (this.entries.length < 2 * this.max) return;
    this.dropped += this.entries.length - this.max;
    this.entries = this.entries.slice(-this.max);
  }

  /** The newest `last` lines (default all), each `seconds  what`, with a line break at the end. */
  text(last = this.max): string {
    const kept = this.entries.slice(-last);
    const left = this.dropped + this.entries.length - kept.length;
    const head = left > 0 ? [`… ${left} lines before`] : [];
    const lines = kept.map(({ atMs, line }) => {
      const text = typeof line === 'string' ? line : line();
      return `${(atMs / 1000).toFixed(4).padStart(11)}  ${text}`;
    });
    return `${[...head, ...lines].join('\n')}\n`;
  }
}

const TEXT_MAX = 160;

/** A message's body in one short line: bytes as hex, members in their order. */
export function bodyText(body: unknown): string {
  if (body === undefined) return '';
  const text = JSON.stringify(body, (_key, value: unknown) => {
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    if (typeof value === 'bigint') return value.toString();
    return value;
  });
  return text.length > TEXT_MAX ? `${text.slice(0, TEXT_MAX)}…` : text;
}
