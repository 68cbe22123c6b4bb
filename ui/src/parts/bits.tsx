/** Small pieces that every page is made of. */

import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { now } from '../clock.ts';
import { isoText, shortId, spanText } from '../format.ts';
import { t } from '../language.ts';
import { localText, momentText, timeStyle } from '../times.ts';

/** Clocks that differ by less are as good as the same. */
const CLOCKS_S = 5;

/** How long ago, with the moment itself on hover; or the moment, where that was chosen. */
export function Ago({ at }: { readonly at: number }) {
  if (at === 0) return <span>–</span>;
  return (
    <time dateTime={isoText(at)} title={`${isoText(at)}\n${localText(at)}`}>
      {timeStyle.value === 'ago' ? agoText(now.value - at) : momentText(at)}
    </time>
  );
}

/** The clocks of the node and of the browser need not agree. */
function agoText(seconds: number): string {
  return seconds < -CLOCKS_S
    ? t('in {span}', { span: spanText(-seconds) })
    : t('{span} ago', { span: spanText(seconds) });
}

const GOOD = /^(active|subscribed|running|finished|healthy|live|drained|up|on|ok)$/;
const BAD = /^(failed|lost|error|dropped|gone|gone_by_operator|unhealthy|down|alarm|critical|expired)$/;
const WARN =
  /^(unreachable|waiting|delayed|paused|stopped|killing|draining|deactivated|disconnected|inactive|recovered|unknown|off)$/;

/** A word for a state: its colour is never the only sign. */
export function StateBadge({ state }: { readonly state: string }) {
  const word = state.toLowerCase();
  const kind = GOOD.test(word) ? 'good' : BAD.test(word) ? 'bad' : WARN.test(word) ? 'warn' : 'plain';
  return <span class={`badge ${kind}`}>{t(word)}</span>;
}

/** The end of an id, the whole on hover, and a button that copies it. */
export function IdText({ id, href }: { readonly id: string; readonly href?: string }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard?.writeText(id).then(() => setCopied(true));
  };
  return (
    <span class="id" title={id}>
      {href === undefined ? <span>{shortId(id)}</span> : <a href={href}>{shortId(id)}</a>}
      <button type="button" class="copy" aria-label={t('Copy {id}', { id })} onClick={copy}>
        {copied ? '✓' : <CopyIcon />}
      </button>
    </span>
  );
}

function CopyIcon() {
  return (
    <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true" fill="none" stroke="currentColor">
      <rect x="1" y="3" width="7" height="8" rx="1" />
      <path d="M4 3V1h7v8H8" />
    </svg>
  );
}

/** Used of total, with a bar. */
export function Meter({
  used,
  total,
  text,
}: {
  readonly used: number;
  readonly total: number;
  readonly text: (value: number) => string;
}) {
  if (total === 0) return <span>–</span>;
  return (
    <span class="meter">
      <meter
        min={0}
        max={total}
        value={used}
        aria-label={t('{used} of {total}', { used: text(used), total: text(total) })}
      />
      <span>
        {text(used)} / {text(total)}
      </span>
    </span>
  );
}

/** A long text must not push the other columns out of sight: it is cut, and whole on hover. */
export function Cell({ content }: { readonly content: ComponentChildren }) {
  if (typeof content !== 'string') return <>{content}</>;
  return (
    <span class="text" title={content}>
      {content}
    </span>
  );
}

/** A table as wide as its words are: where there is less room, it is scrolled and not the page. */
export function WideTable({
  label,
  children,
}: {
  readonly label?: string;
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <div class="wide" tabIndex={0}>
      <table aria-label={label}>{children}</table>
    </div>
  );
}

/** Names and values. */
export function Facts({ children }: { readonly children: ComponentChildren }) {
  return <dl class="facts">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{t(name)}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What went wrong, in words; announced to who cannot see it. */
export function Problem({ text }: { readonly text: string }) {
  return text === '' ? null : (
    <p class="problem" role="alert">
      {text}
    </p>
  );
}

/** The call whose answer is shown: everything here can be asked for by a program. */
export function ApiLink({ path }: { readonly path: string }) {
  return (
    <a class="api" href={path} target="_blank" rel="noreferrer">
      {t('API')}
    </a>
  );
}
