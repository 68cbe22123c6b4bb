import { replyJson } from '../http/json.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { Process } from '../process.ts';

/**
 * `GET /__pauses__`: what held up the program of late. `seconds` has the longest pause of each of the last 120 seconds,
 * `pieces` what took ten milliseconds or more at a stretch, the last 200, with what was handled. `at` is in seconds since 1970.
 */
export class PausesEndpoint extends Process {
  private readonly realm: string;

  constructor(realm: string) {
    super('__pauses__');
    this.realm = realm;
  }

  override initialize(): void {
    this.route('/', (request, reply) => this.tell(request, reply), {
      help: 'What held up this program of late: the longest pause of each second, and long pieces of work',
      essential: true,
      realm: this.realm,
    });
  }

  private tell(request: HttpRequest, reply: HttpReply): void {
    const { pieces, windows } = this.node.pauses;
    const shown = {
      seconds: windows.map(({ atMs, ms }) => ({ at: atMs / 1000, ms })),
      pieces: pieces.map(({ atMs, ms, what }) => ({ at: atMs / 1000, ms, what })),
    };
    replyJson(request, reply, JSON.stringify(shown));
  }
}
