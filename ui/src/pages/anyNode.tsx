/** What the page of every node has: its statecharts live, and its metrics and flags. */
import { render } from 'preact';
import type { Place } from '../parts/Layout.tsx';
import { Charts } from './Charts.tsx';
import { Flows } from './Flows.tsx';
import { Messages } from './Messages.tsx';
import { Node } from './Node.tsx';

export const NODE_PLACES: readonly Place[] = [
  ['charts', 'Statecharts', 'flows', 'messages'],
  ['node', 'Node'],
];

/** Undefined for places of other kinds. */
export function nodePage(kind: string | undefined): preact.JSX.Element | undefined {
  switch (kind) {
    case 'charts':
      return <Charts />;
    case 'flows':
      return <Flows />;
    case 'messages':
      return <Messages />;
    case 'node':
      return <Node />;
    default:
      return undefined;
  }
}

/** Where the server's document has its place for it. */
export function show(app: preact.JSX.Element): void {
  const root = document.getElementById('app');
  if (root !== null) render(app, root);
}
