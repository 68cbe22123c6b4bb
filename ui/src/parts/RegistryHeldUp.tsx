/** That the master cannot write its registry now: a disk or an etcd has no room. No event tells of it, so it is asked now and then. */
import { now } from '../clock.ts';
import { getJson } from '../data/http.ts';
import { t } from '../language.ts';
import { momentText } from '../times.ts';
import { useLoaded } from '../use.ts';
import { Problem } from './bits.tsx';

/** The parts of `/leadership` that are read. */
interface Leadership {
  readonly leading: boolean;
  readonly registry_held_up?: {
    readonly reason: string;
    /** Seconds since 1970. */
    readonly since: number;
    /** Changes that are not written yet. */
    readonly waiting: number;
  };
}

/** This often, in seconds. */
const LOOK_S = 5;
const LEADING =
  'The registry cannot be written since {when}: {reason}. Until it can, agents that come are not admitted, and neither policy nor maintenance can be changed ({waiting} change(s) wait). What runs goes on.';
/** Also of one that was elected, which has nothing else to show. */
const RECOVERING =
  'This master cannot begin to lead: its registry cannot be written since {when}: {reason}. Tasks go on meanwhile.';

export function RegistryHeldUp() {
  const { value } = useLoaded(() => getJson<Leadership>('/leadership'), [], Math.floor(now.value / LOOK_S));
  const held = value?.registry_held_up;
  if (held === undefined) return null;
  const { reason, since, waiting } = held;
  const text = value?.leading === true ? LEADING : RECOVERING;
  return <Problem text={t(text, { reason, waiting, when: momentText(since) })} />;
}
