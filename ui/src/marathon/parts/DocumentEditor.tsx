/** A definition as a form or as JSON: two views of one document. */
import { useState } from 'preact/hooks';
import { t } from '../../language.ts';
import { Problem } from '../../parts/bits.tsx';
import type { PlaceProblem } from '../api.ts';
import { isAt } from '../fields.ts';
import { SECTIONS } from '../sections.ts';
import type { Definition } from '../types.ts';
import { FormField } from './FormField.tsx';

interface EditorProps {
  readonly document: Definition;
  readonly problems: readonly PlaceProblem[];
  change(document: Definition): void;
  /** Told whether all that is typed can be read. */
  readable(isReadable: boolean): void;
}

export function DocumentEditor(props: EditorProps) {
  const [view, setView] = useState<'form' | 'json'>('form');
  const [unreadable, setUnreadable] = useState<ReadonlySet<string>>(new Set());
  const mark = (label: string, isReadable: boolean) => {
    const next = new Set(unreadable);
    if (isReadable) next.delete(label);
    else next.add(label);
    setUnreadable(next);
    props.readable(next.size === 0);
  };
  const tab = (name: 'form' | 'json', title: string) => (
    <button
      type="button"
      aria-pressed={view === name}
      disabled={view !== name && unreadable.size > 0}
      onClick={() => setView(name)}
    >
      {t(title)}
    </button>
  );
  return (
    <>
      {/* biome-ignore lint/a11y/useSemanticElements: a row of buttons, no fields */}
      <div class="tabs" role="group" aria-label={t('View')}>
        {tab('form', 'Form')}
        {tab('json', 'JSON')}
      </div>
      {view === 'form' ? <Form {...props} mark={mark} /> : <JsonText {...props} mark={mark} />}
    </>
  );
}

interface ViewProps extends EditorProps {
  mark(label: string, isReadable: boolean): void;
}

function Form({ document, problems, change, mark }: ViewProps) {
  return (
    <>
      {SECTIONS.map(({ title, fields }) => (
        <fieldset key={title}>
          <legend>{t(title)}</legend>
          {fields.map((field) => (
            <FormField
              key={field.label}
              field={field}
              document={document}
              problem={problems
                .filter(({ path }) => isAt(field.path, path))
                .flatMap(({ errors }) => errors)
                .join(', ')}
              change={change}
              readable={mark}
            />
          ))}
        </fieldset>
      ))}
    </>
  );
}

function JsonText({ document, change, mark }: ViewProps) {
  const [text, setText] = useState(() => JSON.stringify(document, undefined, 2));
  const [wrong, setWrong] = useState('');
  const type = (typed: string) => {
    setText(typed);
    try {
      change(objectOf(typed));
      setWrong('');
      mark('JSON', true);
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
      mark('JSON', false);
    }
  };
  return (
    <>
      <textarea
        aria-label={t('Definition as JSON')}
        rows={24}
        spellcheck={false}
        value={text}
        aria-invalid={wrong === '' ? undefined : true}
        onInput={(event) => type(event.currentTarget.value)}
      />
      <Problem text={wrong} />
    </>
  );
}

function objectOf(text: string): Definition {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Error(t('A definition is one object: {example}', { example: '{ "id": … }' }));
  return value as Definition;
}
