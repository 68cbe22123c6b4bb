/** An etcd that comes to its quota, and is given room again. */
import type { EtcdCluster } from '../../support/etcd.ts';
import { until } from '../../support/until.ts';

/** What `bootEtcd` is given for one that is full soon. */
export const SMALL: readonly string[] = ['--quota-backend-bytes=1048576'];

/** `etcdctl` has time limits of its own: what a busy machine keeps from it is asked for again. */
const PATIENT_MS = 300_000;

export const fill = (etcd: EtcdCluster): Promise<unknown> =>
  until(
    'etcd is full',
    () => {
      try {
        etcd.ctl('put', 'filler', 'x'.repeat(100_000));
        return false;
      } catch (error) {
        return /space exceeded/.test(String(error));
      }
    },
    PATIENT_MS,
  );

function compact(etcd: EtcdCluster): void {
  const { header } = JSON.parse(etcd.ctl('get', 'filler', '-w', 'json')) as { header: { revision: number } };
  try {
    etcd.ctl('compact', String(header.revision));
  } catch (error) {
    if (!/has been compacted/.test(String(error))) throw error;
  }
}

export const makeRoom = (etcd: EtcdCluster): Promise<unknown> =>
  until(
    'etcd has room',
    () => {
      etcd.ctl('del', 'filler');
      compact(etcd);
      etcd.ctl('defrag');
      etcd.ctl('alarm', 'disarm');
      return etcd.ctl('alarm', 'list') === '';
    },
    PATIENT_MS,
  );
