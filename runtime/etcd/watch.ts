/** One watch on a stream of its own. etcd3's watchers end in silence, or end the program when nobody listens for their error. */
import type { Etcd3 } from 'etcd3';
import type { EtcdWatch, EtcdWatchEvents } from './client.ts';

interface WatchedRange {
  readonly key: Buffer;
  readonly range_end: Buffer;
}

type WatchStream = Awaited<ReturnType<Etcd3['watchClient']['watch']>>;

export function watchPrefix(
  etcd: Etcd3,
  range: WatchedRange,
  fromRevision: string,
  events: EtcdWatchEvents,
): EtcdWatch {
  let stream: WatchStream | undefined;
  let over = false;
  const end = (): void => {
    over = true;
    stream?.on('error', () => undefined);
    stream?.cancel();
  };
  const fail = (error: unknown): void => {
    if (over) return;
    end();
    events.failed(error instanceof Error ? error : new Error(String(error)));
  };
  const begin = (opened: WatchStream): void => {
    stream = opened;
    opened.on('error', fail);
    opened.on('end', () => fail(new Error('the watch ended')));
    if (over) {
      end();
      return;
    }
    opened.on('data', ({ canceled, cancel_reason, events: happened }) => {
      if (over) return;
      if (canceled) fail(new Error(`the watch was cancelled: ${cancel_reason || 'compacted'}`));
      else if (happened.length > 0) events.changed();
    });
    opened.write({ create_request: { ...range, start_revision: fromRevision } });
  };
  etcd.watchClient.watch().then(begin, fail);
  return { close: end };
}
