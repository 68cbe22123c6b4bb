/** Attributes of agents as texts, as constraints compare them (spec: marathon.md §19). */
import { type Attribute, ValueType } from '../../proto/index.ts';

/** An attribute as text: `2`, `0.25`, `[1-3,5-9]`, `{a,b}`, or the text itself. */
export function attributeText({ type, scalar, ranges, set, text }: Attribute): string {
  switch (type) {
    case ValueType.SCALAR:
      return scalarText(scalar?.value ?? 0);
    case ValueType.RANGES: {
      const sorted = [...(ranges?.range ?? [])].sort((a, b) => a.begin - b.begin);
      return `[${sorted.map(({ begin, end }) => `${begin}-${end}`).join(',')}]`;
    }
    case ValueType.SET:
      return `{${[...(set?.item ?? [])].sort().join(',')}}`;
    default:
      return text?.value ?? '';
  }
}

/** At most three decimals, halves to the even digit, no trailing zeros. */
export function scalarText(value: number): string {
  const milli = value * 1000;
  const floor = Math.floor(milli);
  const half = Math.abs(milli - floor - 0.5) < 1e-9;
  const rounded = half ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(milli);
  return String(rounded / 1000);
}
