import type { HttpHandler } from './request.ts';

/** Why a request is not served: its answer, a line of text. Thrown by handlers that `refusable` wraps. */
export class HttpRefusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;

  constructor(status: number, text: string, headers: Record<string, string> = {}) {
    super(text);
    this.status = status;
    this.headers = headers;
  }
}

/** A handler whose refusals become answers; what else it throws is a mistake of ours. */
export function refusable(handler: HttpHandler): HttpHandler {
  return (request, reply) => {
    try {
      handler(request, reply);
    } catch (error) {
      if (!(error instanceof HttpRefusal)) throw error;
      reply.text(error.status, error.message, error.headers);
    }
  };
}

/** @throws HttpRefusal 405 for another method than those */
export function expectMethod(method: string, ...allowed: readonly string[]): void {
  if (allowed.includes(method)) return;
  const list = allowed.map((each) => `'${each}'`).join(', ');
  throw new HttpRefusal(
    405,
    `405 Method Not Allowed. Expecting one of { ${list} }, but received '${method}'.`,
    {
      Allow: allowed.join(', '),
    },
  );
}
