/** Nodes in the process of a test, which does long things in their turns, too: that is no overload of theirs, for which they would answer 503. */
import { type ListeningNode, type ListenOptions, listen as listenAsUsual } from '../../runtime/index.ts';

/** As `listen` of the runtime; a node whose turns come late answers all the same, unless `limits` say something else. */
export function listen(options: ListenOptions = {}): Promise<ListeningNode> {
  return listenAsUsual({ ...options, limits: { lagMaxMs: Number.MAX_SAFE_INTEGER, ...options.limits } });
}
