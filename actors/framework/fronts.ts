/** What a framework serves over HTTP: requests that nobody would answer any more when it ends, and the processes that take them. */
import { type HttpHandler, type HttpReply, type Node, type Pid, Process } from '../../runtime/index.ts';
import type { FrameworkRoute } from './context.ts';

const OVER = JSON.stringify({ message: 'The framework is not running at this moment; ask again' });

function answerOver(reply: HttpReply): void {
  reply.giveUp(503, OVER, { 'Content-Type': 'application/json', 'Retry-After': '1' });
}

/** Requests of one run of a framework. Whoever waits when it ends is told so: else they would wait for ever. */
export class OpenRequests {
  readonly #replies = new Set<HttpReply>();
  #over = false;

  /** @param take hands a request to the framework, which answers when it comes to it */
  handler(take: HttpHandler): HttpHandler {
    return (request, reply) => {
      if (this.#over) {
        answerOver(reply);
        return;
      }
      this.#replies.add(reply);
      reply.onClose(() => this.#replies.delete(reply));
      take(request, reply);
    };
  }

  end(): void {
    this.#over = true;
    for (const reply of this.#replies) answerOver(reply);
    this.#replies.clear();
  }
}

/** Serves what the present run of a framework serves; between two runs it asks for patience. */
class FrameworkFront extends Process {
  readonly #handlers = new Map<string, HttpHandler>();
  #first: readonly FrameworkRoute[];

  constructor(id: string, routes: readonly FrameworkRoute[]) {
    super(id);
    this.#first = routes;
  }

  override initialize(): void {
    const routes = this.#first;
    this.#first = [];
    this.take(routes);
  }

  /** From now on requests go there. */
  take(routes: readonly FrameworkRoute[]): void {
    for (const { path, handler, ...options } of routes) {
      const isNew = !this.#handlers.has(path);
      this.#handlers.set(path, handler);
      if (isNew) this.route(path, (request, reply) => this.#handlers.get(path)?.(request, reply), options);
    }
  }
}

/** The processes that serve a framework, which outlive its runs. */
export class FrameworkFronts {
  readonly #node: Node;
  readonly #fronts = new Map<string, { readonly pid: Pid; readonly front: FrameworkFront }>();

  constructor(node: Node) {
    this.#node = node;
  }

  /** @param id of the process that is seen to serve them */
  serve(id: string, routes: readonly FrameworkRoute[]): void {
    const known = this.#fronts.get(id);
    if (known !== undefined) {
      known.front.take(routes);
      return;
    }
    const front = new FrameworkFront(id, routes);
    this.#fronts.set(id, { pid: this.#node.spawn(front), front });
  }

  end(): void {
    for (const { pid } of this.#fronts.values()) this.#node.terminate(pid);
  }

  /** Resolves when they are gone. */
  async ended(): Promise<void> {
    await Promise.all([...this.#fronts.values()].map(({ pid }) => this.#node.wait(pid)));
  }
}
