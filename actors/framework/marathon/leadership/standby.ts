/** What a Marathon answers that does not lead: it hands requests on to the one that does (spec: marathon.md §1). */
import { endToEnd, forward } from '../../../../runtime/http/forward.ts';
import type { Address, HttpHandler, HttpReply, HttpRequest, Timer } from '../../../../runtime/index.ts';
import { addressText } from '../../../../runtime/index.ts';
import type { TlsOptions } from '../../../../runtime/security/tls.ts';
import { COMMON_HEADERS, send } from '../api/call.ts';

/** How often, and after how many milliseconds each time, a request that finds no leader looks again. */
const TRIES = 10;
const RETRY_MS = 250;

export interface StandbyOptions {
  readonly self: Address;
  /** As nodes of this cluster speak to each other. */
  readonly tls: TlsOptions | undefined;
  /** Who leads now, as far as is known. */
  readonly leader: () => Address | undefined;
  /** The handler of the own leader, once this one leads. */
  readonly own: (path: string) => HttpHandler | undefined;
  readonly delay: (delayMs: number, run: () => void) => Timer;
}

export class Standby {
  readonly #options: StandbyOptions;
  /** Of this one, in `X-Marathon-Via`. */
  readonly #via: string;

  constructor(options: StandbyOptions) {
    this.#options = options;
    this.#via = `1.1 ${addressText(options.self)}`;
  }

  /** @param path of the route that the request came by */
  answer(path: string, request: HttpRequest, reply: HttpReply, tries = TRIES): void {
    if (reply.closed) return;
    const own = this.#options.own(path);
    if (own !== undefined) {
      own(request, reply);
      return;
    }
    const leader = this.#options.leader();
    const { self, delay } = this.#options;
    if (leader !== undefined && addressText(leader) !== addressText(self))
      this.#handOn(leader, request, reply);
    else if (tries > 0) delay(RETRY_MS, () => this.answer(path, request, reply, tries - 1));
    else if (request.path === '/v2/leader') refuse(reply, 404, 'There is no leader');
    else refuse(reply, 502, 'Could not determine the current leader');
  }

  #handOn(leader: Address, request: HttpRequest, reply: HttpReply): void {
    const { tls } = this.#options;
    const url = `${tls === undefined ? 'http' : 'https'}://${addressText(leader)}`;
    const via = request.headers['x-marathon-via'];
    if (via?.split(',').some((each) => each.trim() === this.#via) === true) {
      refuse(reply, 502, `Detected a loop of proxies: ${via.slice(0, 200)}`);
      return;
    }
    const query = request.query.toString();
    const path = `${encodeURI(request.path).replaceAll('?', '%3F').replaceAll('#', '%23')}${query === '' ? '' : `?${query}`}`;
    // A stream lives as long as its leader: its reader had better know who that is.
    if (/^\/v2\/events\/?$/.test(request.path)) {
      send(reply, { status: 302, headers: { Location: url + path } }, COMMON_HEADERS);
      return;
    }
    forward(request, reply, {
      ...leader,
      path,
      tls,
      sent: this.#sent(request, via),
      handedBack: 'all',
      added: { 'x-marathon-leader': url },
      refuse: (refused, problem) => refuse(refused, 502, problem),
    });
  }

  /** All that the client said: plugins of the leader may ask for any of it. */
  #sent({ headers }: HttpRequest, via: string | undefined): Record<string, string> {
    const sent: Record<string, string> = {};
    for (const name of endToEnd(headers)) sent[name] = headers[name] ?? '';
    // What comes back is passed on as it is read.
    delete sent['accept-encoding'];
    const { host } = headers;
    return {
      ...sent,
      'x-marathon-via': via === undefined ? this.#via : `${via}, ${this.#via}`,
      ...(host !== undefined && { 'x-forwarded-host': host }),
    };
  }
}

function refuse(reply: HttpReply, status: number, message: string): void {
  send(reply, { status, body: { message } }, COMMON_HEADERS);
}
