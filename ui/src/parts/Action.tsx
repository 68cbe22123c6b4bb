/** A button that does something to the cluster: it asks before, shows progress, and says in words what went wrong. */

import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { curlOf } from '../data/http.ts';
import { mayDo, principal } from '../data/rights.ts';
import { t } from '../language.ts';
import { Problem } from './bits.tsx';

interface ActionProps {
  readonly label: string;
  readonly question: string;
  /** The call that is made, shown as a line for a shell. */
  readonly call?: object;
  /** The line for a shell where it is no call of the operator API. */
  readonly shell?: string;
  /** What cannot be undone is not chosen beforehand. */
  readonly dangerous?: boolean;
  /** Rights without which it cannot even be begun: `DRAIN_AGENT`, `UPDATE_WEIGHT:role`. */
  readonly needs?: readonly string[];
  /** Rights that it takes as it is filled in now. */
  readonly needsThen?: readonly string[];
  /** Must be typed before it is done. */
  readonly confirmWord?: string;
  readonly children?: ComponentChildren;
  /** Whether what went wrong can be overridden: then the person is asked. */
  mayForce?(error: unknown): boolean;
  /** @param force when the person overrides what was refused */
  perform(force: boolean): Promise<void>;
}

export function Action({
  label,
  question,
  call,
  shell = call === undefined ? undefined : curlOf(call),
  dangerous = false,
  needs = [],
  needsThen = [],
  confirmWord,
  children,
  mayForce,
  perform,
}: ActionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const why = useId();
  const refusal = refusalOf(needs);
  const refusalThen = refusalOf(needsThen);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const [forcible, setForcible] = useState(false);
  const [typed, setTyped] = useState('');
  const open = () => {
    setProblem('');
    setForcible(false);
    setTyped('');
    dialog.current?.showModal();
  };
  const act = async (force: boolean) => {
    setBusy(true);
    try {
      await perform(force);
      dialog.current?.close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setForcible(mayForce?.(error) === true);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {/* Not `disabled`: who comes by keyboard is to hear why. */}
      <button
        type="button"
        class={dangerous ? 'danger' : ''}
        aria-disabled={refusal !== ''}
        aria-describedby={refusal === '' ? undefined : why}
        title={refusal}
        onClick={() => refusal === '' && open()}
      >
        {t(label)}
      </button>
      {refusal !== '' && (
        <span id={why} class="hidden">
          {refusal}
        </span>
      )}
      <dialog ref={dialog} aria-labelledby={title}>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void act(false);
          }}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey))
              event.currentTarget.requestSubmit();
          }}
        >
          <h2 id={title}>{t(label)}</h2>
          <p>{t(question)}</p>
          {children}
          {confirmWord !== undefined && (
            <label>
              {t('Type')} <code>{confirmWord}</code> {t('to go on')}{' '}
              <input
                value={typed}
                onInput={(event) => setTyped(event.currentTarget.value)}
                autoComplete="off"
              />
            </label>
          )}
          {shell !== undefined && (
            <details>
              <summary>{t('The same from a shell')}</summary>
              <pre>{shell}</pre>
            </details>
          )}
          <Problem text={refusalThen} />
          <Problem text={problem} />
          <div class="buttons">
            <button type="button" onClick={() => dialog.current?.close()}>
              {t('Cancel')}
            </button>
            {forcible && (
              <button type="button" class="danger" disabled={isBusy} onClick={() => void act(true)}>
                {t('Force')}
              </button>
            )}
            <button
              type="submit"
              class={dangerous ? 'danger' : 'primary'}
              disabled={isBusy || refusalThen !== '' || (confirmWord !== undefined && typed !== confirmWord)}
            >
              {isBusy ? t('Working …') : t(label)}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}

/** Why it cannot be done by who looks; empty when it can. */
function refusalOf(needs: readonly string[]): string {
  const may = mayDo(needs);
  if (may === undefined) return t('Asking whether you may …');
  if (may) return '';
  const who = principal.value === undefined ? '' : ` (${principal.value})`;
  return t('You{who} may not do this: it takes the right {rights}.', { who, rights: needs.join(', ') });
}
