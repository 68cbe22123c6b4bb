import { replyJson } from '../http/json.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { detailsOf } from '../introspection.ts';
import { type Mailbox, type ProcessEvent, plainOf } from '../mailbox.ts';
import { Process } from '../process.ts';

/** Waiting events shown of one process. */
const EVENTS_SHOWN_MAX = 100;

/**
 * `GET /__processes__`: every process of the node with the events that wait for it, as libprocess shows them; with
 * `?detail=true` also what `ProcessDetails` lists.
 */
export class ProcessesEndpoint extends Process {
  private readonly realm: string;

  constructor(realm: string) {
    super('__processes__');
    this.realm = realm;
  }

  override initialize(): void {
    this.route('/', (request, reply) => this.list(request, reply), {
      help: 'Every process with its waiting events; ?detail=true tells all there is to know of each',
      essential: true,
      realm: this.realm,
    });
  }

  private list(request: HttpRequest, reply: HttpReply): void {
    const detail = request.query.get('detail') === 'true';
    const shown = this.node.list().map((mailbox) => ({
      events: mailbox.waiting(EVENTS_SHOWN_MAX).map((event) => eventOf(mailbox, event)),
      id: mailbox.pid.id,
      ...(detail ? detailsOf(this.node, mailbox) : {}),
    }));
    replyJson(request, reply, JSON.stringify(shown));
  }
}

function eventOf(mailbox: Mailbox, waiting: ProcessEvent): Record<string, string> {
  const event = plainOf(waiting);
  const to = mailbox.pid.toUpid();
  switch (event.kind) {
    case 'message':
      return { type: 'MESSAGE', name: event.name, from: event.from?.toUpid() ?? '', to };
    case 'http':
      return { type: 'HTTP', method: event.request.method, url: event.request.path };
    case 'exited':
      return { type: 'EXITED', from: event.pid.toUpid() };
    case 'dispatch':
      return { type: 'DISPATCH' };
    case 'terminate':
      return { type: 'TERMINATE' };
  }
}
