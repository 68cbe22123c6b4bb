/** The cluster at a glance. */

import { askSummary } from '../data/client.ts';
import type { Sample, Summary as SummaryData } from '../data/rows.ts';
import { memoryText, numberText } from '../format.ts';
import { t } from '../language.ts';
import { ApiLink, Fact, Facts } from '../parts/bits.tsx';
import { LineChart } from '../parts/LineChart.tsx';
import { RegistryHeldUp } from '../parts/RegistryHeldUp.tsx';
import { TaskTable } from '../parts/tables.tsx';
import { to } from '../router.ts';
import { useLoaded } from '../use.ts';

export function Summary() {
  const { value } = useLoaded(askSummary, [], true);
  return (
    <>
      <h1>{t('Cluster')}</h1>
      <ApiLink path="/state-summary" />
      <RegistryHeldUp />
      {value === undefined ? <p>{t('Asking the master …')}</p> : <Figures summary={value} />}
      <TaskTable label="Tasks" />
    </>
  );
}

const TASK_STATES = [
  'STAGING',
  'STARTING',
  'RUNNING',
  'KILLING',
  'UNREACHABLE',
  'FINISHED',
  'FAILED',
  'KILLED',
  'LOST',
];

function Figures({ summary }: { readonly summary: SummaryData }) {
  const { agents, frameworks, tasks, now, history } = summary;
  const all = [...history, now];
  const of = (pick: (sample: Sample) => number): number[] => all.map(pick);
  const at = of((sample) => sample.at);
  return (
    <>
      <div class="cards">
        <Card title="Agents" href={to('agents')} counts={agents} />
        <Card title="Frameworks" href={to('frameworks')} counts={frameworks} />
        <section class="card">
          <h2>
            <a href={to('tasks')}>{t('Tasks')}</a>
          </h2>
          <Facts>
            {TASK_STATES.map((state) => (
              <Fact key={state} name={state.toLowerCase()}>
                {tasks[`TASK_${state}`] ?? 0}
              </Fact>
            ))}
          </Facts>
        </section>
      </div>
      <div class="charts">
        <LineChart
          title="CPUs"
          at={at}
          used={of((s) => s.cpus)}
          total={of((s) => s.cpusTotal)}
          text={numberText}
        />
        <LineChart
          title="Memory"
          at={at}
          used={of((s) => s.mem)}
          total={of((s) => s.memTotal)}
          text={memoryText}
        />
        <LineChart
          title="Disk"
          at={at}
          used={of((s) => s.disk)}
          total={of((s) => s.diskTotal)}
          text={memoryText}
        />
        {now.gpusTotal > 0 && (
          <LineChart
            title="GPUs"
            at={at}
            used={of((s) => s.gpus)}
            total={of((s) => s.gpusTotal)}
            text={numberText}
          />
        )}
      </div>
    </>
  );
}

function Card({
  title,
  href,
  counts,
}: {
  readonly title: string;
  readonly href: string;
  readonly counts: Readonly<Record<string, number>>;
}) {
  const entries = Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  return (
    <section class="card">
      <h2>
        <a href={href}>{t(title)}</a>
      </h2>
      <Facts>
        {entries.length === 0 && <Fact name="none">0</Fact>}
        {entries.map(([state, count]) => (
          <Fact key={state} name={state}>
            {count}
          </Fact>
        ))}
      </Facts>
    </section>
  );
}
