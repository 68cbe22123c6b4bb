/** The kernel's way with a filter of system calls: runs classic BPF over one call. */

export interface Call {
  readonly number: number;
  readonly architecture: number;
  /** Six, unsigned, of 64 bits. */
  readonly arguments: readonly bigint[];
}

/** @returns what the program returns @throws Error when it is no program that the kernel would take */
export function runFilter(program: Uint8Array, call: Call): number {
  const view = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = seccompData(call);
  let accumulator = 0;
  for (let at = 0; ; at++) {
    const offset = at * 8;
    if (offset >= program.length) throw new Error(`it runs out of the program at ${at}`);
    const code = view.getUint16(offset, true);
    const [whenTrue, whenFalse] = [view.getUint8(offset + 2), view.getUint8(offset + 3)];
    const operand = view.getUint32(offset + 4, true);
    const jump = (is: boolean): void => {
      at += is ? whenTrue : whenFalse;
    };
    if (code === 0x20) accumulator = data.getUint32(operand, true);
    else if (code === 0x05) at += operand;
    else if (code === 0x15) jump(accumulator === operand);
    else if (code === 0x25) jump(accumulator > operand);
    else if (code === 0x35) jump(accumulator >= operand);
    else if (code === 0x54) accumulator = (accumulator & operand) >>> 0;
    else if (code === 0x06) return operand;
    else throw new Error(`no instruction is ${code.toString(16)}`);
  }
}

function seccompData(call: Call): DataView {
  const data = new DataView(new ArrayBuffer(64));
  data.setUint32(0, call.number, true);
  data.setUint32(4, call.architecture, true);
  for (const [at, value] of call.arguments.entries()) data.setBigUint64(16 + 8 * at, value, true);
  return data;
}
