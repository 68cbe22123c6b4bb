/**
 * Times of a crontab: `minute hour day-of-month month day-of-week`, in UTC (other-frameworks.md §2.5). Numbers, `*`, lists, ranges and
 * steps; of day of month and day of week, where both say something, either will do, as in BSD's.
 */

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** 29 February may be so far away. */
const DAYS_MAX = 8 * 366 + 2;

const FIELDS = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  { name: 'month', min: 1, max: 12 },
  // 0 and 7 are Sunday.
  { name: 'day of week', min: 0, max: 7 },
] as const;

type Field = (typeof FIELDS)[number];

export class Cron {
  readonly #minutes: readonly number[];
  readonly #hours: readonly number[];
  readonly #isDay: (date: Date) => boolean;

  /** @throws Error telling what was expected, also for times that never come */
  constructor(text: string) {
    const texts = text.trim().split(/\s+/);
    if (texts.length !== FIELDS.length)
      throw new Error(`expected five fields, 'minute hour day-of-month month day-of-week', got '${text}'`);
    const [minutes = [], hours = [], days = [], months = [], weekdays = []] = FIELDS.map((field, index) =>
      valuesOf(texts[index] ?? '', field),
    );
    this.#minutes = minutes;
    this.#hours = hours;
    const anyDay = texts[2]?.startsWith('*') === true;
    const anyWeekday = texts[4]?.startsWith('*') === true;
    this.#isDay = (date) => {
      if (!months.includes(date.getUTCMonth() + 1)) return false;
      const isDay = days.includes(date.getUTCDate());
      const weekday = date.getUTCDay();
      const isWeekday = weekdays.includes(weekday) || (weekday === 0 && weekdays.includes(7));
      return anyDay || anyWeekday ? isDay && isWeekday : isDay || isWeekday;
    };
    if (this.next(0) === undefined) throw new Error(`expected a time that comes, got '${text}'`);
  }

  /** The first time after a moment, both in milliseconds since 1970; undefined when there is none. */
  next(afterMs: number): number | undefined {
    const fromMs = (Math.floor(afterMs / MINUTE_MS) + 1) * MINUTE_MS;
    const today = Math.floor(fromMs / DAY_MS) * DAY_MS;
    for (let day = 0; day < DAYS_MAX; day++) {
      const dayMs = today + day * DAY_MS;
      if (!this.#isDay(new Date(dayMs))) continue;
      for (const hour of this.#hours)
        for (const minute of this.#minutes) {
          const atMs = dayMs + (hour * 60 + minute) * MINUTE_MS;
          if (atMs >= fromMs) return atMs;
        }
    }
    return undefined;
  }
}

/** In order. */
function valuesOf(text: string, field: Field): number[] {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:\/(\d{1,2}))?$/.exec(part);
    if (match === null)
      throw new Error(`${field.name}: expected such as *, 5, 1-5, */15 or 1,2, got '${part}'`);
    const [, first, last, every] = match;
    const from = first === undefined ? field.min : Number(first);
    const to =
      last !== undefined ? Number(last) : first === undefined || every !== undefined ? field.max : from;
    const step = Number(every ?? 1);
    if (from < field.min || to > field.max || from > to || step < 1)
      throw new Error(`${field.name}: expected ${field.min} to ${field.max}, got '${part}'`);
    for (let value = from; value <= to; value += step) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}
