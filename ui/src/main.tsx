/** The page. */

import { filesOfAgent } from './data/files.ts';
import { t } from './language.ts';
import { Agent } from './pages/Agent.tsx';
import { Archive } from './pages/Archive.tsx';
import { NODE_PLACES, nodePage, show } from './pages/anyNode.tsx';
import { Framework } from './pages/Framework.tsx';
import { Hosts } from './pages/Hosts.tsx';
import { Log } from './pages/Log.tsx';
import { Maintenance } from './pages/Maintenance.tsx';
import { Operations } from './pages/Operations.tsx';
import { Roles } from './pages/Roles.tsx';
import { Sandbox } from './pages/Sandbox.tsx';
import { Summary } from './pages/Summary.tsx';
import { FormerTask, Task } from './pages/Task.tsx';
import { Layout, type Place } from './parts/Layout.tsx';
import { isStandingBy, StandsBy } from './parts/StandsBy.tsx';
import { AgentTable, FrameworkTable, OfferTable, TaskTable } from './parts/tables.tsx';
import { WhyPending } from './parts/WhyPending.tsx';
import { place, to } from './router.ts';
import './style.css';

function Page() {
  const [kind, id, third = ''] = place.value.path;
  if (isStandingBy()) return nodePage(kind) ?? archivePage(kind, id, third) ?? <StandsBy />;
  switch (kind) {
    case 'agents':
      if (id === undefined) return titled('Agents', <AgentTable />);
      if (third === 'browse') return <Sandbox files={filesOfAgent(id)} />;
      return third === 'read' ? <Log files={filesOfAgent(id)} /> : <Agent id={id} key={id} />;
    case 'frameworks':
      return id === undefined ? titled('Frameworks', <FrameworkTable />) : <Framework id={id} key={id} />;
    case 'tasks':
      return id === undefined ? (
        titled(
          'Tasks',
          <>
            <TaskTable />
            <p>
              <a href={to('archive')}>{t('Tasks that ended long ago: the archive')}</a>
            </p>
          </>,
        )
      ) : (
        <Task framework={id} id={third} key={`${id}/${third}`} />
      );
    case 'archive':
      return <Archive />;
    case 'hosts':
      return <Hosts />;
    case 'roles':
      return <Roles />;
    case 'offers':
      return titled(
        'Offers',
        <>
          <OfferTable />
          <WhyPending />
        </>,
      );
    case 'operations':
      return <Operations />;
    case 'maintenance':
      return <Maintenance />;
    default:
      return nodePage(kind) ?? <Summary />;
  }
}

/** What a master that stands by knows from when it led. */
function archivePage(kind: string | undefined, framework: string | undefined, task: string) {
  if (kind === 'archive') return <Archive />;
  if (kind !== 'tasks' || framework === undefined) return undefined;
  return <FormerTask framework={framework} id={task} key={`${framework}/${task}`} />;
}

function titled(title: string, content: preact.JSX.Element) {
  return (
    <>
      <h1>{t(title)}</h1>
      {content}
    </>
  );
}

const PLACES: readonly Place[] = [
  ['', 'Summary'],
  ['agents', 'Agents'],
  ['frameworks', 'Frameworks'],
  ['tasks', 'Tasks', 'archive'],
  ['roles', 'Roles'],
  ['offers', 'Offers'],
  ['operations', 'Operations'],
  ['hosts', 'Hosts'],
  ['maintenance', 'Maintenance'],
  ...NODE_PLACES,
];

function App() {
  return (
    <Layout brand="Mesostate" places={PLACES} source="the master" loginPath="/allowed">
      <Page />
    </Layout>
  );
}

show(<App />);
