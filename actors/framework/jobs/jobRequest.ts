/** What requests to the job processor have in common. */
import type { HttpRequest } from '../../../runtime/index.ts';
import type { Fail } from './jsonCheck.ts';

/** A request that is not done: its status, and why. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** 400 with the place. */
export const refusing: Fail = (at, problem) => {
  throw new Refused(400, at === '' ? problem : `${at}: ${problem}`);
};

/** The document of a request that adds something. @throws Refused */
export function jsonOf({ body, headers }: HttpRequest, serves: boolean): unknown {
  if (!serves) throw new Refused(403, 'further jobs are taken with --serve_jobs only');
  // No page of another origin can send this without being asked first.
  if (!/^application\/json\b/i.test(headers['content-type'] ?? ''))
    throw new Refused(415, 'Content-Type: expected application/json');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    return refusing('', `expected JSON: ${(error as Error).message}`);
  }
}
