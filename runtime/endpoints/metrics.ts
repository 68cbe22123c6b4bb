import { doublesText, replyJson } from '../http/json.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Mailbox } from '../mailbox.ts';
import { addSystemGauges, EXPOSITION_TYPE, exposition } from '../metrics/index.ts';
import type { Node } from '../node.ts';
import { Process } from '../process.ts';
import { parseDuration, type Rate } from '../units/index.ts';
import { RateLimiter } from './rateLimiter.ts';

/** `GET /metrics/snapshot`: one flat JSON object, names sorted, every value a double. */
export class MetricsEndpoint extends Process {
  private readonly realm: string;
  private readonly limiter: RateLimiter | undefined;
  private readonly waiting: { readonly request: HttpRequest; readonly reply: HttpReply }[] = [];
  private paused = false;

  constructor(realm: string, snapshotRate?: Rate) {
    super('metrics');
    this.realm = realm;
    this.limiter = snapshotRate === undefined ? undefined : new RateLimiter(snapshotRate);
  }

  override initialize(): void {
    addRuntimeGauges(this.node);
    this.route('/snapshot', (request, reply) => this.queue(request, reply), {
      help: 'All metrics as one JSON object',
      realm: this.realm,
      essential: true,
    });
    this.route('/', (_request, reply) => this.prometheus(reply), {
      help: 'All metrics in Prometheus text format',
      realm: this.realm,
      essential: true,
    });
  }

  /** Those who ask too often wait for their turn; those who left meanwhile do not hold up the others. */
  private queue(request: HttpRequest, reply: HttpReply): void {
    this.waiting.push({ request, reply });
    this.pass();
  }

  private pass(): void {
    if (this.paused) return;
    for (;;) {
      while (this.waiting[0]?.reply.closed === true) this.waiting.shift();
      const first = this.waiting[0];
      if (first === undefined) return;
      const waitMs = this.limiter?.take(this.clock.monotonic()) ?? 0;
      if (waitMs > 0) {
        this.paused = true;
        this.delay(waitMs, () => {
          this.paused = false;
          this.pass();
        });
        return;
      }
      this.waiting.shift();
      this.snapshot(first.request, first.reply);
    }
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
  addLoadGauges(node);
  node.metrics.gauge('runtime/handler_errors', () => node.handlerErrors, 'Handlers that threw');
}

function addLoadGauges(node: Node): void {
  const { metrics } = node;
  const largest = (of: (mailbox: Mailbox) => number): number =>
    node.list().reduce((max, mailbox) => Math.max(max, of(mailbox)), 0);
  metrics.gauge('runtime/event_loop_lag_ms', () => node.lag.lastMs, 'How late the last turn came');
  metrics.gauge('runtime/event_loop_lag_max_ms', () => node.lag.maxMs, 'How late the latest turn came');
  metrics.gauge(
    'runtime/http_shed',
    () => node.shedder.count,
    'HTTP requests answered 503 for too much load',
  );
  metrics.gauge('runtime/link_queue_bytes', () => node.queuedBytes, 'Bytes that wait for other nodes');
  metrics.gauge('runtime/mailbox_length_max', () => largest((each) => each.length), 'The longest mailbox');
  metrics.gauge(
    'runtime/time_in_queue_ms',
    () => largest((each) => each.waits?.lastMs ?? 0),
    'The longest recent wait',
  );
}
