import type { Plain } from './fields.ts';
import type { LogRecord } from './record.ts';

/** How a record is written as a line. */
export type LogFormat = 'text' | 'json';

/** A record as one line, without the line end. */
export function formatRecord(record: LogRecord, format: LogFormat): string {
  return format === 'json' ? jsonLine(record) : textLine(record);
}

/** `2026-11-20T12:00:00.000Z INFO  master  Registered agent agent_id=S0 hostname="rack a"` */
function textLine({ timeMs, level, component, message, fields }: LogRecord): string {
  let line = `${instant(timeMs)} ${level.toUpperCase().padEnd(5)} ${component}  ${escapeControls(message)}`;
  for (const [name, value] of Object.entries(fields)) line += ` ${escapeControls(name)}=${textValue(value)}`;
  return line;
}

/** Fixed keys first; a field that bears one of their names is kept with a `_` behind it. */
function jsonLine({ timeMs, level, component, message, fields }: LogRecord): string {
  const line: Record<string, Plain> = { time: instant(timeMs), level, component, message };
  for (const [name, value] of Object.entries(fields))
    line[Object.hasOwn(line, name) ? `${name}_` : name] = value;
  return JSON.stringify(line);
}

/** Words stand as they are, all else as JSON; of an error a terminal gets the message alone. */
function textValue(value: Plain): string {
  if (typeof value === 'string') return /^[^\s"=\p{Cc}]+$/u.test(value) ? value : JSON.stringify(value);
  if (isError(value)) return JSON.stringify(value.message);
  return JSON.stringify(value);
}

function isError(value: Plain): value is { message: string; stack: string } {
  return typeof value === 'object' && value !== null && 'message' in value && 'stack' in value;
}

/** A record stays one line, and cannot steer the terminal it is read on. */
function escapeControls(text: string): string {
  return text.replace(/\p{Cc}/gu, (control) =>
    JSON.stringify(control).slice(1, -1).replace('\x7f', '\\u007f'),
  );
}

function instant(timeMs: number): string {
  // Outside this range (8.64e15 ms) a Date has no text.
  return Math.abs(timeMs) <= 8.64e15 ? new Date(timeMs).toISOString() : String(timeMs);
}
