/** A framework's places of the page: its connection, its offers, its tasks, its driver's chart. */

import { useNodeLive } from '../data/nodeLive.ts';
import { NODE_PLACES, nodePage, show } from '../pages/anyNode.tsx';
import { Layout, type Place } from '../parts/Layout.tsx';
import { place } from '../router.ts';
import '../style.css';
import { Summary } from './pages/Summary.tsx';

function Page() {
  return nodePage(place.value.path[0]) ?? <Summary />;
}

const PLACES: readonly Place[] = [['', 'Framework'], ...NODE_PLACES];

function App() {
  // What a framework does shows in what its driver says and hears.
  useNodeLive('messages=scheduler-*');
  return (
    <Layout brand="Framework" places={PLACES} source="the framework" loginPath="/framework/state">
      <Page />
    </Layout>
  );
}

show(<App />);
