/** A framework's places of the page: its connection, its offers, its tasks, its driver's chart. */
import { render } from 'preact';
import { useNodeLive } from '../data/nodeLive.ts';
import { Charts } from '../pages/Charts.tsx';
import { Flows } from '../pages/Flows.tsx';
import { Messages } from '../pages/Messages.tsx';
import { Node } from '../pages/Node.tsx';
import { Layout, type Place } from '../parts/Layout.tsx';
import { place } from '../router.ts';
import '../style.css';
import { Summary } from './pages/Summary.tsx';

function Page() {
  switch (place.value.path[0]) {
    case 'charts':
      return <Charts />;
    case 'flows':
      return <Flows />;
    case 'messages':
      return <Messages />;
    case 'node':
      return <Node />;
    default:
      return <Summary />;
  }
}

const PLACES: readonly Place[] = [
  ['', 'Framework'],
  ['charts', 'Statecharts', 'flows', 'messages'],
  ['node', 'Node'],
];

function App() {
  // What a framework does shows in what its driver says and hears.
  useNodeLive('messages=scheduler-*');
  return (
    <Layout brand="Framework" places={PLACES} source="the framework" loginPath="/framework/state">
      <Page />
    </Layout>
  );
}

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
