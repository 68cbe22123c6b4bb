/** For how long something is to hold. */
import { t } from '../language.ts';

interface MinutesProps {
  /** As typed; empty is for good. */
  readonly value: string;
  change(value: string): void;
}

export function MinutesField({ value, change }: MinutesProps) {
  return (
    <label>
      {t('Minutes (empty: without end)')}{' '}
      <input type="number" min="1" value={value} onInput={(event) => change(event.currentTarget.value)} />
    </label>
  );
}
