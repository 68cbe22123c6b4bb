/** Where a person looks: lines, and on a terminal one more line below them that keeps changing. */

/** What a screen needs of standard output. */
export interface Output {
  /** Whether it is a terminal. */
  readonly isTTY?: boolean;
  /** Width of the terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

const CLEAR_LINE = '\r\u001b[K';
const COLUMNS_DEFAULT = 80;

export class Screen {
  readonly #output: Output;
  #live = '';

  constructor(output: Output) {
    this.#output = output;
  }

  get isTerminal(): boolean {
    return this.#output.isTTY === true;
  }

  /** Writes a line that stays, above the live one. */
  print(line: string): void {
    this.#output.write(this.#live === '' ? `${line}\n` : `${CLEAR_LINE}${line}\n${this.#live}`);
  }

  /** Replaces the live line; an empty one takes it away. Only for terminals. */
  live(line: string): void {
    // A line that wraps could not be taken back.
    const cut = line.slice(0, (this.#output.columns ?? COLUMNS_DEFAULT) - 1);
    if (cut === this.#live) return;
    this.#output.write(`${CLEAR_LINE}${cut}`);
    this.#live = cut;
  }
}
