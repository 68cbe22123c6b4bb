/** Messages between actors as a sequence: a lifeline for each, the newest below; what is clicked shows its body. */

import { useEffect, useRef, useState } from 'preact/hooks';
import { endParts, endsOf, type Message, OTHERS, useMessages, whatText } from '../charts/messages.ts';
import { t } from '../language.ts';
import { Problem } from '../parts/bits.tsx';
import { LiveTabs } from '../parts/LiveTabs.tsx';
import { place, setQuery } from '../router.ts';

export function Messages() {
  const { query } = place.value;
  const process = query.get('process') ?? '';
  const name = query.get('name') ?? '';
  const trace = query.get('trace') ?? '';
  const [paused, setPaused] = useState(false);
  const [chosen, setChosen] = useState<Message | undefined>(undefined);
  const { messages, leftOut, problem, isListening, clear } = useMessages(process, name, paused);
  const shown = trace === '' ? messages : messages.filter((each) => each.trace === trace);
  return (
    <>
      <h1>{t('Messages')}</h1>
      <LiveTabs />
      <div class="tools">
        <label>
          {t('Process')}{' '}
          <input
            value={process}
            placeholder={t('all; master, slave*')}
            onChange={(event) => setQuery('process', event.currentTarget.value.trim())}
          />
        </label>
        <label>
          {t('Kind')}{' '}
          <input
            value={name}
            placeholder={t('all; Update')}
            onChange={(event) => setQuery('name', event.currentTarget.value.trim())}
          />
        </label>
        <button type="button" aria-pressed={paused} onClick={() => setPaused(!paused)}>
          {t(paused ? 'Go on' : 'Pause')}
        </button>
        <button type="button" onClick={clear}>
          {t('Clear')}
        </button>
        {trace !== '' && (
          <button type="button" onClick={() => setQuery('trace', '')}>
            {t('All traces')}
          </button>
        )}
        <span>
          {t('{count} message(s)', { count: shown.length })}
          {leftOut > 0 && t(', {count} left out: more passed than can be shown', { count: leftOut })}
        </span>
      </div>
      <Problem text={problem} />
      <div class="split">
        <Sequence
          messages={shown}
          chosen={chosen}
          choose={setChosen}
          follows={!paused}
          isListening={isListening}
        />
        <Details message={chosen} />
      </div>
    </>
  );
}

interface SequenceProps {
  readonly messages: readonly Message[];
  readonly chosen: Message | undefined;
  readonly follows: boolean;
  readonly isListening: boolean;
  choose(message: Message): void;
}

/** Left of the lifelines stand the times. */
const MARGIN = 0.14;

function Sequence({ messages, chosen, choose, follows, isListening }: SequenceProps) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (follows && atEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [messages, follows]);
  const onScroll = () => {
    const { current } = box;
    if (current !== null)
      atEnd.current = current.scrollHeight - current.scrollTop - current.clientHeight < 60;
  };
  const ends = endsOf(messages);
  const width = (1 - MARGIN) / Math.max(1, ends.length);
  const placeOf = (end: string): number => {
    const at = ends.indexOf(end);
    return MARGIN + width * ((at === -1 ? ends.indexOf(OTHERS) : at) + 0.5);
  };
  if (messages.length === 0)
    return (
      <p role="status">
        {t(
          isListening
            ? 'Nothing has passed since the page began to listen; it goes on listening.'
            : 'Asking the node …',
        )}
      </p>
    );
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div class="sequence" ref={box} tabIndex={0} onScroll={onScroll}>
      <div class="inner" style={{ minWidth: `${ends.length * 7.333 + 6}rem` }}>
        <div class="ends">
          {ends.map((end) => (
            <End key={end} end={end} at={placeOf(end)} width={width} />
          ))}
        </div>
        {ends.map((end) => (
          <div key={end} class="lifeline" style={{ left: percent(placeOf(end)) }} />
        ))}
        <ol aria-label={t('Messages, the newest last')}>
          {messages.map((message) => (
            <li key={message.n}>
              <button type="button" aria-current={message === chosen} onClick={() => choose(message)}>
                <Line message={message} from={placeOf(message.from)} to={placeOf(message.to)} width={width} />
              </button>
            </li>
          ))}
        </ol>
      </div>
    </div>
  );
}

const percent = (share: number): string => `${(share * 100).toFixed(2)}%`;

function End({ end, at, width }: { readonly end: string; readonly at: number; readonly width: number }) {
  const [name, address] = endParts(end);
  return (
    <span title={end} style={{ left: percent(at), maxWidth: percent(width) }}>
      {name}
      <br />
      <small>{address}</small>
    </span>
  );
}

interface LineProps {
  readonly message: Message;
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

function Line({ message, from, to, width }: LineProps) {
  const { atMs, from: sender, to: receiver } = message;
  const itself = from === to;
  const left = Math.min(from, to);
  const span = itself ? width * 0.18 : Math.abs(to - from);
  const kind = itself ? 'itself' : to > from ? 'right' : 'left';
  return (
    <>
      <span class="at">{new Date(atMs).toISOString().slice(11, 23)}</span>
      <span class="hidden">
        {t('{sender} to {receiver}:', { sender: endParts(sender)[0], receiver: endParts(receiver)[0] })}{' '}
      </span>
      <span class={`line ${kind}`} style={{ left: percent(left), width: percent(span) }} />
      <span
        class="what"
        style={{
          left: percent(itself ? left : left + span / 2),
          maxWidth: percent(Math.max(span, width * 0.95)),
        }}
      >
        {whatText(message)}
      </span>
    </>
  );
}

function Details({ message }: { readonly message: Message | undefined }) {
  if (message === undefined) return <p>{t('Choose a message to see what it says.')}</p>;
  const { name, from, to, atMs, trace, body } = message;
  return (
    <section class="card" aria-label={t('The message')}>
      <h2>{name}</h2>
      <p>
        <code>{from}</code> → <code>{to}</code>
        <br />
        <small>{new Date(atMs).toISOString()}</small>
      </p>
      {trace !== undefined && (
        <p>
          {t('Of trace')} <code>{trace.slice(0, 16)}…</code>{' '}
          <button type="button" onClick={() => setQuery('trace', trace)}>
            {t('Only this trace')}
          </button>
        </p>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <pre class="body" tabIndex={0}>
        {body === undefined ? t('(no body)') : JSON.stringify(body, undefined, 1)}
      </pre>
    </section>
  );
}
