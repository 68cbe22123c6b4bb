/** What whoever looks may do: asked of the node, many questions in one request, kept until the connection begins anew. */
import { signal } from '@preact/signals';
import { later } from '../clock.ts';
import { getJson } from './http.ts';

interface Answer {
  readonly principal?: string;
  readonly allowed: Readonly<Record<string, boolean>>;
}

/** Questions are gathered for so long. */
const GATHER_MS = 20;
/** Of one request: an address has its bounds. */
const QUESTIONS_MAX = 50;
const AGAIN_MS = 3000;

/** Who the node says we are; undefined where it asks nobody. */
export const principal = signal<string | undefined>(undefined);

const known = signal<ReadonlyMap<string, boolean>>(new Map());
const asked = new Set<string>();
let waiting: string[] = [];
let gathering = false;
/** Rises when all is forgotten: an answer of before counts no more. */
let age = 0;

/**
 * Whether all of it may be done; undefined until the node has answered.
 * @param questions `ACTION`, or `ACTION:object`
 */
export function mayDo(questions: readonly string[]): boolean | undefined {
  const answers = questions.map(answerTo);
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** Somebody else may be logged in, or another master lead: everything is asked again. */
export function forgetRights(): void {
  age += 1;
  asked.clear();
  waiting = [];
  known.value = new Map();
}

function answerTo(question: string): boolean | undefined {
  const answer = known.value.get(question);
  if (answer === undefined && !asked.has(question)) {
    asked.add(question);
    waiting.push(question);
    gather(GATHER_MS);
  }
  return answer;
}

function gather(delayMs: number): void {
  if (gathering) return;
  gathering = true;
  later(delayMs, () => {
    gathering = false;
    const questions = waiting.splice(0, QUESTIONS_MAX);
    if (waiting.length > 0) gather(GATHER_MS);
    if (questions.length > 0) void ask(questions);
  });
}

async function ask(questions: readonly string[]): Promise<void> {
  const begun = age;
  const query = questions.map((each) => `action=${encodeURIComponent(each)}`).join('&');
  try {
    const answer = await getJson<Answer>(`/allowed?${query}`);
    if (begun !== age) return;
    principal.value = answer.principal;
    known.value = new Map([...known.value, ...Object.entries(answer.allowed)]);
  } catch {
    if (begun !== age) return;
    // Not known is not allowed: the buttons wait.
    waiting.push(...questions);
    gather(AGAIN_MS);
  }
}
