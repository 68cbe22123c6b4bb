/** Questions to the public HTTP API that no event answers, and actions. */

import { needsLogin } from './live.ts';

/** This page asks for a login itself; the browser is not to. */
export const BY_SCRIPT = { 'X-Requested-With': 'XMLHttpRequest' };

/** An answer that is not 2xx, or none: a sentence. */
export class ApiError extends Error {
  /** 0 when there was no answer at all. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

async function checked(request: Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await request;
  } catch {
    throw new ApiError(0, 'No answer. The node may be down or not reachable; try again in a moment.');
  }
  if (response.ok) return response;
  const text = (await response.text()).trim().slice(0, 500);
  if (response.status === 401) {
    needsLogin.value = true;
    throw new ApiError(401, 'Log in first: the node wants to know who asks.');
  }
  if (response.status === 403) throw new ApiError(403, `You may not do that. ${text}`);
  throw new ApiError(response.status, text === '' ? `It was answered with status ${response.status}.` : text);
}

export async function getJson<T>(path: string): Promise<T> {
  const response = await checked(fetch(path, { headers: { Accept: 'application/json', ...BY_SCRIPT } }));
  return (await response.json()) as T;
}

/** A call of the operator API. @returns its answer, or undefined where there is nothing to tell */
export async function call<T>(body: object): Promise<T> {
  const response = await checked(
    fetch('/api/v1', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...BY_SCRIPT },
      body: JSON.stringify(body),
    }),
  );
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as T;
}

export async function postForm(path: string, form: Record<string, string>): Promise<void> {
  await checked(fetch(path, { method: 'POST', headers: BY_SCRIPT, body: new URLSearchParams(form) }));
}

/** A request to one of the master's own endpoints that changes something. */
export async function send(method: 'PUT' | 'DELETE', path: string, body?: object): Promise<void> {
  await checked(
    fetch(path, {
      method,
      headers: { 'Content-Type': 'application/json', ...BY_SCRIPT },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }),
  );
}

/** How the same is asked from a shell. */
export function curlOf(body: object): string {
  const text = JSON.stringify(body).replaceAll("'", "'\\''");
  return `curl -X POST ${location.origin}/api/v1 -H 'Content-Type: application/json' -d '${text}'`;
}

export function curlLine(method: string, path: string, body?: object): string {
  const data = body === undefined ? '' : ` -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`;
  return `curl -X ${method} ${location.origin}${path}${data}`;
}
