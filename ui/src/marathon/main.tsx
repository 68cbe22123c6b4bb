/** Marathon's places of the page. */

import { t } from '../language.ts';
import { NODE_PLACES, nodePage, show } from '../pages/anyNode.tsx';
import { Problem } from '../parts/bits.tsx';
import { Layout } from '../parts/Layout.tsx';
import { place, to } from '../router.ts';
import '../style.css';
import './style.css';
import { About } from './pages/About.tsx';
import { AppPage } from './pages/App.tsx';
import { Applications } from './pages/Applications.tsx';
import { Deployments } from './pages/Deployments.tsx';
import { Create, Edit } from './pages/Editor.tsx';
import { EditPod, PodPage } from './pages/Pod.tsx';
import { ClusterBar } from './parts/ClusterBar.tsx';
import { deployments, follow, info } from './store.ts';

function Page() {
  const [kind, id = '/'] = place.value.path;
  switch (kind) {
    case 'apps':
      return id === '/' ? <Applications group="/" /> : <AppPage id={id} key={id} />;
    case 'group':
      return <Applications group={id} />;
    // As Marathon's own page had it, beside the plainer word.
    case 'newapp':
    case 'new':
      return <Create />;
    case 'edit':
      return <Edit id={id} key={id} />;
    case 'pods':
      return id === '/' ? <Applications group="/" /> : <PodPage id={id} key={id} />;
    case 'newpod':
      return <EditPod />;
    case 'editpod':
      return <EditPod id={id} key={id} />;
    case 'deployments':
      return <Deployments />;
    case 'about':
      return <About />;
    default:
      return nodePage(kind) ?? <Applications group="/" />;
  }
}

/** As Marathon's own page had them. */
const SHORTCUTS = [
  { key: 'c', title: 'Create an application', go: () => goTo('new') },
  { key: '<', title: 'About', go: () => goTo('about') },
  {
    key: 'e',
    title: 'Edit the application that is shown',
    go: () => {
      const [kind, id] = place.value.path;
      if (kind === 'apps' && id !== undefined) goTo('edit', id);
    },
  },
] as const;

function goTo(...parts: readonly string[]): void {
  location.hash = to(...parts);
}

/** Whatever one is about to do. */
function StateHeldUp() {
  const held = info.value?.state_held_up;
  return <Problem text={held === undefined ? '' : t(STATE_HELD_UP, { reason: held.reason })} />;
}

const STATE_HELD_UP =
  'Marathon cannot write its state: {reason}. Until it can, nothing can be changed. Instances go on.';

function App() {
  const underWay = deployments.value.length;
  return (
    <Layout
      brand="Marathon"
      source="Marathon"
      loginPath="/v2/info"
      shortcuts={SHORTCUTS}
      aside={<ClusterBar />}
      places={[
        ['', 'Applications'],
        ['deployments', underWay === 0 ? t('Deployments') : `${t('Deployments')} (${underWay})`],
        ['new', 'Create'],
        ...NODE_PLACES,
        ['about', 'About'],
      ]}
    >
      <StateHeldUp />
      <Page />
    </Layout>
  );
}

follow();
show(<App />);
