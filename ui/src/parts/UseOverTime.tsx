/** What one agent or framework used in the last hour, as its master noted each minute, and what it uses now. */
import { useEffect } from 'preact/hooks';
import { every, nowMs } from '../clock.ts';
import { getJson } from '../data/http.ts';
import { memoryText, numberText } from '../format.ts';
import { useLoaded } from '../use.ts';
import { LineChart } from './LineChart.tsx';

const LOOK_MS = 60_000;

interface History {
  readonly time: readonly number[];
  readonly cpus_used?: readonly number[];
  readonly mem_used?: readonly number[];
}

interface Amounts {
  readonly cpus: number;
  readonly mem: number;
}

interface UseOverTimeProps {
  /** `agent_id=ID` or `framework_id=ID`. */
  readonly of: string;
  readonly now: Amounts;
  /** What there is of it, where there is a bound. */
  readonly total?: Amounts | undefined;
}

export function UseOverTime({ of, now, total }: UseOverTimeProps) {
  const { value, again } = useLoaded(() => getJson<History>(`/use-history?${of}`), [of]);
  useEffect(() => every(LOOK_MS, again), [of]);
  const { time = [], cpus_used = [], mem_used = [] } = value ?? {};
  // The newest moment is the page's own, whose clock may be another one: what is now takes its place.
  const last = time.at(-1) ?? 0;
  const at = [...before(time).map((each) => each - last), 0].map((ago) => nowMs() / 1000 + ago);
  const level = (amount: number | undefined) => (amount === undefined ? undefined : at.map(() => amount));
  return (
    <div class="charts">
      <LineChart
        title="CPUs"
        at={at}
        used={[...before(cpus_used), now.cpus]}
        total={level(total?.cpus)}
        text={numberText}
      />
      <LineChart
        title="Memory"
        at={at}
        used={[...before(mem_used), now.mem]}
        total={level(total?.mem)}
        text={memoryText}
      />
    </div>
  );
}

const before = (noted: readonly number[]): readonly number[] => noted.slice(0, -1);
