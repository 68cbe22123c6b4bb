import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { Process } from '../process.ts';
import { parseDuration } from '../units/index.ts';

/** `/logging/toggle`: tells the verbosity; with `level` and `duration` raises it for a while. */
export class LoggingToggle extends Process {
  private readonly realm: string;

  constructor(realm: string) {
    super('logging');
    this.realm = realm;
  }

  override initialize(): void {
    this.route('/toggle', (request, reply) => this.toggle(request, reply), {
      help: 'The log verbosity; ?level=N&duration=5mins sets it for a while',
      realm: this.realm,
    });
  }

  private toggle(request: HttpRequest, reply: HttpReply): void {
    const level = request.query.get('level');
    const duration = request.query.get('duration');
    const current = this.node.log.level;
    if (level === null && duration === null) {
      reply.text(200, `${current.verbosity}\n`);
    } else if (level === null || duration === null) {
      reply.text(
        400,
        `Expecting 'level' and 'duration' together; ${level === null ? 'level' : 'duration'} is missing`,
      );
    } else {
      this.set(level, duration, reply);
    }
  }

  private set(level: string, duration: string, reply: HttpReply): void {
    try {
      if (!/^\d+$/.test(level))
        throw new Error(`level: expected a whole number, got '${level.slice(0, 60)}'`);
      this.node.log.level.toggle(Number(level), parseDuration(duration));
      reply.send(200);
    } catch (error) {
      reply.text(400, (error as Error).message);
    }
  }
}
