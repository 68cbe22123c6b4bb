/** An agent's places of the page: what it runs, how much that uses, what is in its sandboxes. */

import { ownFiles } from '../data/files.ts';
import { useNodeLive } from '../data/nodeLive.ts';
import { NODE_PLACES, nodePage, show } from '../pages/anyNode.tsx';
import { Log } from '../pages/Log.tsx';
import { Sandbox } from '../pages/Sandbox.tsx';
import { Layout, type Place } from '../parts/Layout.tsx';
import { place } from '../router.ts';
import '../style.css';
import { Containers } from './pages/Containers.tsx';
import { Framework } from './pages/Framework.tsx';
import { Summary } from './pages/Summary.tsx';
import { Tasks } from './pages/Tasks.tsx';

function Page() {
  const [kind, id = ''] = place.value.path;
  switch (kind) {
    case 'frameworks':
      return id === '' ? <Summary /> : <Framework id={id} key={id} />;
    case 'tasks':
      return <Tasks />;
    case 'containers':
      return <Containers />;
    case 'browse':
      return <Sandbox files={ownFiles} />;
    case 'read':
      return <Log files={ownFiles} />;
    default:
      return nodePage(kind) ?? <Summary />;
  }
}

const PLACES: readonly Place[] = [
  ['', 'Agent', 'frameworks'],
  ['tasks', 'Tasks'],
  ['containers', 'Containers'],
  ['browse', 'Files', 'read'],
  ...NODE_PLACES,
];

function App() {
  useNodeLive('flows=*');
  return (
    <Layout brand="Agent" places={PLACES} source="the agent" loginPath="/allowed">
      <Page />
    </Layout>
  );
}

show(<App />);
