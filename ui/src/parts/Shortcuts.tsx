/** The page by keyboard alone: where to go, what to look for, and a list of the keys. */

import { useEffect, useRef } from 'preact/hooks';
import { t } from '../language.ts';
import { to } from '../router.ts';
import { chooseTimes, TIME_STYLES, type TimeStyle, timeStyle } from '../times.ts';

/** A key that leads to a place. */
export interface PlaceKey {
  readonly key: string;
  readonly title: string;
  readonly name: string;
}

/** A key that does something. */
export interface KeyAction {
  readonly key: string;
  readonly title: string;
  go(): void;
}

interface ShortcutsProps {
  readonly keys: readonly PlaceKey[];
  readonly actions: readonly KeyAction[];
}

/** The second key of `g a` may come so late. */
const PAUSE_MS = 1500;

/** Keys of dialogs and forms are theirs. */
function isTyping({ target }: KeyboardEvent): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog[open]') !== null;
}

export function Shortcuts({ keys, actions }: ShortcutsProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    let goAtMs = Number.NEGATIVE_INFINITY;
    const onKey = (event: KeyboardEvent): void => {
      if (isTyping(event) || event.ctrlKey || event.metaKey || event.altKey) return;
      const goes = event.timeStamp - goAtMs < PAUSE_MS;
      goAtMs = event.key === 'g' && !goes ? event.timeStamp : Number.NEGATIVE_INFINITY;
      const found = goes ? keys.find(({ key }) => key === event.key) : undefined;
      const action = actions.find(({ key }) => key === event.key);
      if (found !== undefined) location.hash = found.name === '' ? '#/' : to(found.name);
      else if (event.key === '?') dialog.current?.showModal();
      else if (action !== undefined) action.go();
      else if (event.key === 's' || event.key === '/') focusSearch();
      else return;
      event.preventDefault();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [keys, actions]);
  return (
    <>
      <button
        type="button"
        class="keys"
        aria-label={t('Keyboard shortcuts, times')}
        onClick={() => dialog.current?.showModal()}
      >
        ?
      </button>
      <dialog ref={dialog} aria-labelledby="shortcuts-title">
        <h2 id="shortcuts-title">{t('Keyboard shortcuts, times')}</h2>
        <dl class="shortcuts">
          {keys.map(({ key, title }) => (
            <Line key={key} keys={['g', key]} text={title} />
          ))}
          {actions.map(({ key, title }) => (
            <Line key={key} keys={[key]} text={title} />
          ))}
          <Line keys={['s']} text="Search in the first table" />
          <Line keys={['Ctrl', 'Enter']} text="Do what the open dialog asks" />
          <Line keys={['Esc']} text="Close the dialog" />
          <Line keys={['?']} text="This list" />
        </dl>
        <TimesChoice />
        <form method="dialog" class="buttons">
          <button type="submit">{t('Close')}</button>
        </form>
      </dialog>
    </>
  );
}

const TIME_TITLES: Readonly<Record<TimeStyle, string>> = {
  ago: 'how long ago',
  utc: 'in UTC',
  local: 'by the clock of this browser',
};

function TimesChoice() {
  return (
    <label>
      {t('Times')}{' '}
      <select
        value={timeStyle.value}
        onChange={(event) => {
          const style = TIME_STYLES.find((each) => each === event.currentTarget.value);
          if (style !== undefined) chooseTimes(style);
        }}
      >
        {TIME_STYLES.map((each) => (
          <option key={each} value={each}>
            {t(TIME_TITLES[each])}
          </option>
        ))}
      </select>
    </label>
  );
}

function Line({ keys, text }: { readonly keys: readonly string[]; readonly text: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{t(text)}</dd>
    </div>
  );
}

function focusSearch(): void {
  document.querySelector<HTMLInputElement>('main input[type="search"]')?.focus();
}
