import { replyJson } from '../http/json.ts';
import { Process } from '../process.ts';

/** `GET /flags` of a node whose role serves none of its own: the flags in effect, secrets veiled. */
export class FlagsEndpoint extends Process {
  private readonly realm: string;
  private readonly text: string;

  constructor(realm: string, flags: Readonly<Record<string, string>>) {
    super('flags');
    this.realm = realm;
    this.text = JSON.stringify({ flags });
  }

  override initialize(): void {
    this.route('/', (request, reply) => replyJson(request, reply, this.text), {
      help: 'Flags in effect',
      realm: this.realm,
    });
  }
}
