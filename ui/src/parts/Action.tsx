/** A button that does something to the cluster: it asks before, shows progress, and says in words what went wrong. */
import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import { curlOf } from '../data/http.ts';
import { Problem } from './bits.tsx';

interface ActionProps {
  readonly label: string;
  readonly question: string;
  /** The call that is made, shown as a line for a shell. */
  readonly call?: object;
  /** What cannot be undone is not chosen beforehand. */
  readonly dangerous?: boolean;
  /** Must be typed before it is done. */
  readonly confirmWord?: string;
  readonly children?: ComponentChildren;
  perform(): Promise<void>;
}

export function Action({
  label,
  question,
  call,
  dangerous = false,
  confirmWord,
  children,
  perform,
}: ActionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const [typed, setTyped] = useState('');
  const open = () => {
    setProblem('');
    setTyped('');
    dialog.current?.showModal();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await perform();
      dialog.current?.close();
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <button type="button" class={dangerous ? 'danger' : ''} onClick={open}>
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={title}>
        <form onSubmit={(event) => void submit(event)}>
          <h2 id={title}>{label}</h2>
          <p>{question}</p>
          {children}
          {confirmWord !== undefined && (
            <label>
              Type <code>{confirmWord}</code> to go on{' '}
              <input
                value={typed}
                onInput={(event) => setTyped(event.currentTarget.value)}
                autoComplete="off"
              />
            </label>
          )}
          {call !== undefined && (
            <details>
              <summary>The same from a shell</summary>
              <pre>{curlOf(call)}</pre>
            </details>
          )}
          <Problem text={problem} />
          <div class="buttons">
            <button type="button" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
            <button
              type="submit"
              class={dangerous ? 'danger' : 'primary'}
              disabled={isBusy || (confirmWord !== undefined && typed !== confirmWord)}
            >
              {isBusy ? 'Working …' : label}
            </button>
          </div>
        </form>
      </dialog>
    </>
  );
}
