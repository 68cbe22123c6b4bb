import type { Mailbox, ProcessEvent } from './mailbox.ts';
import type { Node } from './node.ts';

/** Hands one event to the process; a terminate is the node's business. Whatever a handler throws leaves here. */
export function runEvent(node: Node, mailbox: Mailbox, event: ProcessEvent): void {
  const { process } = mailbox;
  switch (event.kind) {
    case 'message': {
      if (process.handle(event.name, event.body, event.from)) return;
      const delegate = process.delegates.get(event.name);
      if (delegate !== undefined) node.deliver(delegate, event.name, event.body, event.from);
      else process.unhandled(event.name, event.body, event.from);
      return;
    }
    case 'dispatch':
      event.run();
      return;
    case 'exited':
      process.exited(event.pid, event.reason);
      return;
    case 'http':
      mailbox.httpWaiting--;
      // The client may have left while the request waited.
      if (!event.reply.closed) event.handler(event.request, event.reply);
      return;
    case 'terminate':
      return;
    case 'traced':
      // What it throws leaves with the span still set: whoever catches it logs it as a part of the trace.
      node.span = event.span;
      runEvent(node, mailbox, event.event);
      node.span = undefined;
      return;
  }
}
