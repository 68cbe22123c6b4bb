/** What the whole cluster has left, in the header: Marathon asks the master for it. */
import { memoryText, numberText } from '../../format.ts';
import { t } from '../../language.ts';
import { info } from '../store.ts';

const KINDS = [
  ['cpus', 'CPUs', numberText],
  ['mem', 'Memory', memoryText],
] as const;

export function ClusterBar() {
  const cluster = info.value?.cluster;
  if (cluster === undefined || cluster.cpus_total === 0) return null;
  return (
    <span class="cluster">
      {KINDS.map(([kind, title, text]) => {
        const [used, total] = [cluster[`${kind}_used`], cluster[`${kind}_total`]];
        const words = t('{free} of {total} free', {
          free: text(Math.max(0, total - used)),
          total: text(total),
        });
        return (
          <span key={kind} title={`${t(title)}: ${words}`}>
            {t(title)} <meter min={0} max={total} value={used} aria-label={`${t(title)}: ${words}`} />{' '}
            <span>{words}</span>
          </span>
        );
      })}
    </span>
  );
}
