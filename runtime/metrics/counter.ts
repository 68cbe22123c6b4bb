/** A number that only grows. Counting is a plain field: `counter.value += 1`. */
export class Counter {
  value = 0;
}

/** A number that whoever owns it sets: `gauge.value = queue.length`. */
export class PushGauge {
  value = 0;
}
