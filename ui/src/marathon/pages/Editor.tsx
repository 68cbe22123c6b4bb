/** Creates and edits an app. What is wrong is told where it is wrong; what will be sent is shown before. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { t } from '../../language.ts';
import { Problem } from '../../parts/bits.tsx';
import { place, to } from '../../router.ts';
import { useLoaded } from '../../use.ts';
import {
  appPath,
  ask,
  isLocked,
  type Method,
  type PlaceProblem,
  Refusal,
  shellLine,
  wordsOf,
} from '../api.ts';
import { changeBetween, isAt } from '../fields.ts';
import { Diff } from '../parts/Diff.tsx';
import { DocumentEditor } from '../parts/DocumentEditor.tsx';
import { type Answer, DryRun } from '../parts/DryRun.tsx';
import { SECTIONS } from '../sections.ts';
import { apps, definitionOf, isLoaded } from '../store.ts';
import type { Definition } from '../types.ts';

export function Create() {
  const group = place.value.query.get('group') ?? '/';
  const first: Definition = {
    id: group === '/' ? '/' : `${group}/`,
    cmd: '',
    cpus: 0.1,
    mem: 32,
    instances: 1,
  };
  return <Editor title={t('Create an application')} first={first} />;
}

export function Edit({ id }: { readonly id: string }) {
  // The definition as it was when the editing began, also where the page began with it: else what others change meanwhile would be taken back.
  const begun = useRef<string | undefined>(undefined);
  begun.current ??= apps.value.get(id)?.version;
  const version = begun.current;
  const { value, problem } = useLoaded(
    async () => (version === undefined ? undefined : definitionOf(id, version)),
    [id, version],
  );
  if (isLoaded.value && version === undefined)
    return <p role="status">{t('There is no application {id} (any more).', { id })}</p>;
  if (value === undefined) return <Problem text={problem} />;
  return <Editor title={t('Edit {id}', { id })} first={value} id={id} />;
}

interface EditorProps {
  readonly title: string;
  readonly first: Definition;
  /** Of the app that is edited; none when it is created. */
  readonly id?: string;
}

interface Write {
  readonly method: Method;
  readonly path: string;
  readonly body: Definition;
}

function writeOf(id: string | undefined, first: Definition, document: Definition): Write {
  if (id === undefined) return { method: 'POST', path: '/apps', body: document };
  const { isWhole, body } = changeBetween(first, document);
  return { method: 'PUT', path: `${appPath(id)}${isWhole ? '?partialUpdate=false' : ''}`, body };
}

function withFlag(path: string, flag: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${flag}=true`;
}

/** Sends what is written; what is wrong with it stays until it is sent again. */
function useSending(method: Method, body: Definition) {
  const [isBusy, setBusy] = useState(false);
  const [problems, setProblems] = useState<readonly PlaceProblem[]>([]);
  const [problem, setProblem] = useState('');
  const [locked, setLocked] = useState(false);
  const send = async <T,>(target: string, then: (answer: T) => void) => {
    setBusy(true);
    setProblem('');
    setProblems([]);
    setLocked(false);
    try {
      then(await ask<T>(method, target, body));
    } catch (error) {
      const places = error instanceof Refusal ? error.details : [];
      setProblems(places);
      setProblem(spoken(error, places));
      setLocked(isLocked(error));
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, problems, problem, locked, send };
}

function Editor({ title, first, id }: EditorProps) {
  const [document, setDocument] = useState(first);
  const [isReadable, setReadable] = useState(true);
  const [tried, setTried] = useState<Answer | undefined>(undefined);
  const [isInPlace, setInPlace] = useState(false);
  const write = writeOf(id, first, document);
  const { method, body } = write;
  const path = isInPlace ? withFlag(write.path, 'inPlace') : write.path;
  const { isBusy, problems, problem, locked, send } = useSending(method, body);
  const form = useRef<HTMLFormElement>(null);
  // To the first field that is wrong, however long the form is.
  useEffect(() => {
    if (problems.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problems]);
  const submit = (force: boolean) =>
    send<{ id?: string }>(force ? withFlag(path, 'force') : path, (answer) => {
      location.hash = to('apps', id ?? answer.id ?? '/');
    });
  const change = (next: Definition) => {
    setDocument(next);
    setTried(undefined);
  };
  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(false);
      }}
    >
      <h1>{title}</h1>
      <DocumentEditor document={document} problems={problems} change={change} readable={setReadable} />
      {id !== undefined && (
        <WhatChanges before={first} after={document} isInPlace={isInPlace} setInPlace={setInPlace} />
      )}
      {tried !== undefined && <DryRun answer={tried} />}
      <details>
        <summary>{t('The same from a shell')}</summary>
        <pre class="diff">{shellLine(method, path, body)}</pre>
      </details>
      <Problem text={problem} />
      <Buttons
        id={id}
        isBusy={isBusy}
        isReady={isReadable && (id === undefined || Object.keys(body).length > 0)}
        attempt={() => void send<Answer>(withFlag(path, 'dryRun'), setTried)}
        force={locked ? () => void submit(true) : undefined}
      />
    </form>
  );
}

interface WhatChangesProps {
  readonly before: Definition;
  readonly after: Definition;
  readonly isInPlace: boolean;
  setInPlace(isInPlace: boolean): void;
}

function WhatChanges({ before, after, isInPlace, setInPlace }: WhatChangesProps) {
  return (
    <>
      <h2>{t('What changes')}</h2>
      <Diff label={t('What changes')} before={before} after={after} />
      <label>
        <input
          type="checkbox"
          checked={isInPlace}
          onChange={(event) => setInPlace(event.currentTarget.checked)}
        />{' '}
        {t('Leave running instances alone; refuse what they would have to be replaced for')}
      </label>
    </>
  );
}

interface ButtonsProps {
  /** Of the app that is edited; none when it is created. */
  readonly id: string | undefined;
  readonly isBusy: boolean;
  /** Whether there is something that can be sent. */
  readonly isReady: boolean;
  attempt(): void;
  /** Only where another deployment is in the way. */
  readonly force: (() => void) | undefined;
}

function Buttons({ id, isBusy, isReady, attempt, force }: ButtonsProps) {
  return (
    <div class="actions">
      <a class="button" href={id === undefined ? '#/' : to('apps', id)}>
        {t('Cancel')}
      </a>
      <button type="button" disabled={isBusy || !isReady} onClick={attempt}>
        {t('Try without doing it')}
      </button>
      {force !== undefined && (
        <button type="button" class="danger" disabled={isBusy} onClick={force}>
          {t('Stop the other deployment and deploy this')}
        </button>
      )}
      <button type="submit" class="primary" disabled={isBusy || !isReady}>
        {t(isBusy ? 'Working …' : id === undefined ? 'Create' : 'Deploy')}
      </button>
    </div>
  );
}

/** What stands at a field need not be said again; what has no field is. */
function spoken(error: unknown, places: readonly PlaceProblem[]): string {
  const fields = SECTIONS.flatMap((section) => section.fields);
  const rest = places.filter(({ path }) => !fields.some((field) => isAt(field.path, path)));
  if (places.length === 0 || !(error instanceof Error)) return wordsOf(error);
  const words = rest.map(({ path, errors }) => `${path} ${errors.join(', ')}`);
  const marked = places.length > rest.length ? [t('see the marked fields')] : [];
  return `${error.message}: ${[...words, ...marked].join('; ')}`;
}
