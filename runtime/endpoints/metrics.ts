import { doublesText, replyJson } from '../http/json.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { addSystemGauges, EXPOSITION_TYPE, exposition } from '../metrics/index.ts';
import type { Node } from '../node.ts';
import { Process } from '../process.ts';
import { parseDuration } from '../units/index.ts';

/** `GET /metrics/snapshot`: one flat JSON object, names sorted, every value a double. */
export class MetricsEndpoint extends Process {
  constructor() {
    super('metrics');
  }

  override initialize(): void {
    addRuntimeGauges(this.node);
    this.route('/snapshot', (request, reply) => this.snapshot(request, reply), {
      help: 'All metrics as one JSON object',
    });
    this.route('/', (_request, reply) => this.prometheus(reply), {
      help: 'All metrics in Prometheus text format',
    });
  }

  private snapshot(request: HttpRequest, reply: HttpReply): void {
    const timeout = request.query.get('timeout');
    try {
      // Every value here is ready at once, so a timeout has nothing to wait for; a wrong one is still told.
      if (timeout !== null) parseDuration(timeout);
    } catch (error) {
      reply.text(400, `timeout: ${(error as Error).message}`);
      return;
    }
    replyJson(request, reply, doublesText(this.node.metrics.snapshot()));
  }

  private prometheus(reply: HttpReply): void {
    reply.send(200, exposition(this.node.metrics), { 'Content-Type': EXPOSITION_TYPE });
  }
}

/** The runtime's own figures, beside those of the machine. */
function addRuntimeGauges(node: Node): void {
  addSystemGauges(node.metrics);
  node.metrics.gauge('runtime/processes', () => node.list().length, 'Actors on this node');
  node.metrics.gauge('runtime/links', () => node.openLinks, 'Open links to other nodes');
  node.metrics.gauge('runtime/dead_letters', () => node.deadLetters.total(), 'Messages that reached nobody');
  node.metrics.gauge('runtime/handler_errors', () => node.handlerErrors, 'Handlers that threw');
}
