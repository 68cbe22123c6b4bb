/** Logging in where a node wants to know who asks: HTTP Basic, kept by the browser and nowhere else. */
import { BY_SCRIPT } from './http.ts';
import { needsLogin, version } from './live.ts';
import { forgetRights } from './rights.ts';

const listeners = new Set<() => void>();

/** Called when somebody has logged in: whoever waits for a connection tries again. @returns takes it back */
export function onLogin(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/**
 * Tries name and password; the browser sends them along from then on, also with downloads and streams, which a script could
 * not give a header.
 * @param path what is asked for to try them
 * @throws Error in words
 */
export async function logIn(path: string, name: string, password: string): Promise<void> {
  const credentials = btoa(String.fromCharCode(...new TextEncoder().encode(`${name}:${password}`)));
  const headers = { ...BY_SCRIPT, Authorization: `Basic ${credentials}` };
  const answer = await fetch(path, { headers }).catch(() => undefined);
  if (answer === undefined) throw new Error('No answer. Try again in a moment.');
  if (answer.status === 401) throw new Error('The node does not know this name with this password.');
  await keep(path, name, password);
  needsLogin.value = false;
  forgetRights();
  version.value += 1;
  for (const listener of listeners) listener();
}

/** The browser keeps what answered its own challenge, and only `XMLHttpRequest` takes it from a script. */
function keep(path: string, name: string, password: string): Promise<void> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('GET', path, true, name, password);
    request.addEventListener('loadend', () => resolve());
    request.send();
  });
}
