/** How many instances there are to be, in the forms that scale apps and pods. */
import { t } from '../../language.ts';

interface InstancesFieldProps {
  /** What is typed, or what is so now. */
  readonly value: number | string;
  typed(text: string): void;
}

export function InstancesField({ value, typed }: InstancesFieldProps) {
  return (
    <label>
      {t('Instances')}{' '}
      <input
        type="number"
        min="0"
        step="1"
        required
        value={String(value)}
        onInput={(event) => typed(event.currentTarget.value)}
      />
    </label>
  );
}
