/** One field of the form, with what is wrong with it. */
import { useId, useState } from 'preact/hooks';
import { t } from '../../language.ts';
import { type Field, memberAt, readText, shownText, withMember } from '../fields.ts';
import type { Definition } from '../types.ts';

interface FormFieldProps {
  readonly field: Field;
  readonly document: Definition;
  /** What the server said of this member. */
  readonly problem: string;
  change(document: Definition): void;
  /** Told whether what is typed can be read. */
  readable(label: string, isReadable: boolean): void;
}

const LONG: ReadonlySet<Field['kind']> = new Set(['area', 'lines', 'pairs', 'json']);
const YES_OR_NO: Readonly<Record<string, string>> = { true: 'yes', false: 'no' };

export function FormField({ field, document, problem, change, readable }: FormFieldProps) {
  const { label, path, kind, hint, options = ['true', 'false'] } = field;
  const name = useId();
  const [text, setText] = useState(() => shownText(field, memberAt(document, path)));
  const [wrong, setWrong] = useState('');
  const type = (typed: string) => {
    setText(typed);
    try {
      change(withMember(document, path, readText(field, typed, memberAt(document, path))));
      setWrong('');
      readable(label, true);
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
      readable(label, false);
    }
  };
  const said = wrong === '' ? problem : wrong;
  const common = {
    id: name,
    value: text,
    'aria-invalid': said === '' ? undefined : true,
    'aria-describedby': `${name}-hint`,
    onInput: (event: { readonly currentTarget: { readonly value: string } }) =>
      type(event.currentTarget.value),
  };
  const isLong = LONG.has(kind);
  const isChosen = kind === 'choice' || kind === 'flag';
  return (
    <div class={isLong ? 'field wide' : 'field'}>
      <label for={name}>{t(label)}</label>
      {isChosen ? (
        <select {...common}>
          <option value="">–</option>
          {options.map((each) => (
            <option key={each} value={each}>
              {kind === 'flag' ? t(YES_OR_NO[each] ?? each) : each}
            </option>
          ))}
        </select>
      ) : isLong ? (
        <textarea rows={Math.min(12, Math.max(2, text.split('\n').length))} spellcheck={false} {...common} />
      ) : (
        <input inputMode={kind === 'number' ? 'decimal' : 'text'} autoComplete="off" {...common} />
      )}
      <small id={`${name}-hint`}>
        {said !== '' && <span class="wrong">{said}</span>} {hint !== undefined && t(hint)}
      </small>
    </div>
  );
}
