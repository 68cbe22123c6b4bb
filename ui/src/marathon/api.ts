/** Marathon's REST API as the page uses it; refusals become sentences, and problems at their places. */
import { ApiError, BY_SCRIPT } from '../data/http.ts';
import { needsLogin } from '../data/live.ts';
import { t } from '../language.ts';

/** Something wrong at a place of a document: `/healthChecks(0)/path`. */
export interface PlaceProblem {
  readonly path: string;
  readonly errors: readonly string[];
}

/** What Marathon refuses. */
export class Refusal extends ApiError {
  readonly details: readonly PlaceProblem[];

  constructor(status: number, message: string, details: readonly PlaceProblem[]) {
    super(status, message);
    this.details = details;
  }
}

interface RefusalBody {
  readonly message?: string;
  readonly details?: string | readonly PlaceProblem[];
  readonly deployments?: readonly { readonly id: string }[];
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/** A question that is not answered for so long is asked anew by who asked it: what waits for it would wait for good. */
const READ_MS_MAX = 60_000;

/** @param path below `/v2` @throws Refusal, ApiError when there is no answer */
export async function ask<T>(method: Method, path: string, body?: unknown): Promise<T> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`/v2${path}`, {
      method,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...BY_SCRIPT },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(method === 'GET' && { signal: AbortSignal.timeout(READ_MS_MAX) }),
    });
    text = await response.text();
  } catch {
    throw new ApiError(0, t('No answer from Marathon. It may be down; try again in a moment.'));
  }
  if (response.status === 401) {
    needsLogin.value = true;
    throw new ApiError(401, t('Log in first: Marathon wants to know who asks.'));
  }
  if (!response.ok) throw refusalOf(response.status, text);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

function refusalOf(status: number, text: string): Refusal {
  const { message = text.slice(0, 500), details, deployments } = bodyOf(text);
  if (status === 409 && deployments !== undefined)
    return new Refusal(status, 'Another deployment is changing this at the moment.', []);
  if (typeof details === 'string') return new Refusal(status, `${message}: ${details}`, []);
  return new Refusal(
    status,
    message === '' ? t('It was answered with status {status}.', { status }) : message,
    details ?? [],
  );
}

function bodyOf(text: string): RefusalBody {
  try {
    return JSON.parse(text) as RefusalBody;
  } catch {
    return {};
  }
}

/** An error as one text, with the places of its problems. */
export function wordsOf(error: unknown): string {
  if (error instanceof Refusal && error.details.length > 0)
    return `${error.message}: ${error.details.map(({ path, errors }) => `${path} ${errors.join(', ')}`).join('; ')}`;
  return error instanceof Error ? error.message : String(error);
}

/** Whether something else is changing it, so that it must be forced. */
export function isLocked(error: unknown): boolean {
  return error instanceof Refusal && error.status === 409 && error.message.startsWith('Another deployment');
}

/** `/v2/apps/shop/web`: an id is a path of its own. */
export function appPath(id: string): string {
  return `/apps${id.split('/').map(encodeURIComponent).join('/')}`;
}

export function podPath(id: string): string {
  return `/pods${id.split('/').map(encodeURIComponent).join('/')}`;
}

/** How the same is asked from a shell. */
export function shellLine(method: Method, path: string, body?: unknown): string {
  const text = body === undefined ? '' : JSON.stringify(body).replaceAll("'", "'\\''");
  const data = text === '' ? '' : ` -H 'Content-Type: application/json' -d '${text}'`;
  return `curl -X ${method} '${location.origin}/v2${path}'${data}`;
}
