/** A button that does something to the cluster: it asks before, shows progress, and says in words what went wrong. */

import type { ComponentChildren, RefObject } from 'preact';
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

export function Action(props: ActionProps) {
  const { label, needs = [], dangerous = false } = props;
  const why = useId();
  const asking = useAsking(props.perform, props.mayForce);
  const refusal = refusalOf(needs);
  return (
    <>
      {/* Not `disabled`: who comes by keyboard is to hear why. */}
      <button
        type="button"
        class={dangerous ? 'danger' : ''}
        aria-disabled={refusal !== ''}
        aria-describedby={refusal === '' ? undefined : why}
        title={refusal}
        onClick={() => refusal === '' && asking.open()}
      >
        {t(label)}
      </button>
      {refusal !== '' && (
        <span id={why} class="hidden">
          {refusal}
        </span>
      )}
      <ActionDialog {...props} asking={asking} />
    </>
  );
}

interface Asking {
  readonly dialog: RefObject<HTMLDialogElement>;
  readonly isBusy: boolean;
  /** What went wrong, in words. */
  readonly problem: string;
  /** Whether that can be overridden. */
  readonly isForcible: boolean;
  /** What was typed to confirm. */
  readonly typed: string;
  type(text: string): void;
  open(): void;
  close(): void;
  act(force: boolean): Promise<void>;
}

/** From the question to its end: closed when it is done, open with the reason when it is not. */
function useAsking(perform: ActionProps['perform'], mayForce: ActionProps['mayForce']): Asking {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const [isForcible, setForcible] = useState(false);
  const [typed, setTyped] = useState('');
  const open = () => {
    setProblem('');
    setForcible(false);
    setTyped('');
    dialog.current?.showModal();
  };
  const close = () => dialog.current?.close();
  const acts = useRef(false);
  const act = async (force: boolean) => {
    if (acts.current) return;
    acts.current = true;
    setBusy(true);
    try {
      await perform(force);
      close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
      setForcible(mayForce?.(error) === true);
    } finally {
      acts.current = false;
      setBusy(false);
    }
  };
  return { dialog, isBusy, problem, isForcible, typed, type: setTyped, open, close, act };
}

function ActionDialog(props: ActionProps & { readonly asking: Asking }) {
  const { label, question, call, needsThen = [], confirmWord, children, asking } = props;
  const { shell = call === undefined ? undefined : curlOf(call) } = props;
  const title = useId();
  const refusal = refusalOf(needsThen);
  const isReady = refusal === '' && [undefined, asking.typed].includes(confirmWord);
  return (
    <dialog ref={asking.dialog} aria-labelledby={title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          // Also by keys, which ask no button.
          if (isReady) void asking.act(false);
        }}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) event.currentTarget.requestSubmit();
        }}
      >
        <h2 id={title}>{t(label)}</h2>
        <p>{t(question)}</p>
        {children}
        {confirmWord !== undefined && <ConfirmField word={confirmWord} asking={asking} />}
        {shell !== undefined && (
          <details>
            <summary>{t('The same from a shell')}</summary>
            <pre>{shell}</pre>
          </details>
        )}
        <Problem text={refusal} />
        <Problem text={asking.problem} />
        <Buttons {...props} isReady={isReady} />
      </form>
    </dialog>
  );
}

function ConfirmField({ word, asking }: { readonly word: string; readonly asking: Asking }) {
  return (
    <label>
      {t('Type')} <code>{word}</code> {t('to go on')}{' '}
      <input
        value={asking.typed}
        onInput={(event) => asking.type(event.currentTarget.value)}
        autoComplete="off"
      />
    </label>
  );
}

interface ButtonsProps {
  readonly label: string;
  readonly dangerous?: boolean;
  readonly asking: Asking;
  /** Whether all is filled in and allowed. */
  readonly isReady: boolean;
}

function Buttons({ label, dangerous = false, asking, isReady }: ButtonsProps) {
  return (
    <div class="buttons">
      <button type="button" onClick={asking.close}>
        {t('Cancel')}
      </button>
      {asking.isForcible && (
        <button type="button" class="danger" disabled={asking.isBusy} onClick={() => void asking.act(true)}>
          {t('Force')}
        </button>
      )}
      <button type="submit" class={dangerous ? 'danger' : 'primary'} disabled={asking.isBusy || !isReady}>
        {asking.isBusy ? t('Working …') : t(label)}
      </button>
    </div>
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
