/** The page's texts in the language of who reads: English as written, Chinese by a table. */
import { signal } from '@preact/signals';
import { chinese } from './chinese/index.ts';
import { textFrom } from './texts.ts';

export type Language = 'en' | 'zh';

const KEPT_AS = 'language';

/** What was chosen here before, else what the browser asks for. */
function first(): Language {
  const kept = localStorage.getItem(KEPT_AS) ?? navigator.language;
  return kept.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

export const language = signal<Language>(first());
document.documentElement.lang = language.value;

export function chooseLanguage(next: Language): void {
  localStorage.setItem(KEPT_AS, next);
  document.documentElement.lang = next;
  language.value = next;
}

/**
 * A text as it is read; what the table lacks stays English.
 * @param values take the places of `{name}` in it
 */
export function t(text: string, values: Readonly<Record<string, string | number>> = {}): string {
  return textFrom(language.value === 'zh' ? chinese : {}, text, values);
}
