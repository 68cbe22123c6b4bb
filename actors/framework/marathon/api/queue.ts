/** `/v2/queue`: what waits for launches, and why (spec: marathon.md §7). */
import type { Offer } from '../../../../proto/index.ts';
import { attributeText } from '../../attributeText.ts';
import { ApiError } from '../errors.ts';
import { isoTime } from '../events/bus.ts';
import type { QueueEntry } from '../launcher/queue.ts';
import type { Marathon } from '../marathon.ts';
import { isPod } from '../model/spec.ts';
import { wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';
import { podJson } from './podJson.ts';
import { whyWaiting } from './waiting.ts';

export function queueRoute(marathon: Marathon, call: Call): Answer {
  const { rest, method } = call;
  if (rest === '') {
    if (method !== 'GET') return wrongMethod(call, 'GET');
    const offers = call.all('embed').includes('lastUnusedOffers');
    return {
      body: {
        queue: [...marathon.queue.entries()].map((entry) =>
          entryJson(marathon, entry, offers, call.extended),
        ),
      },
    };
  }
  if (!rest.endsWith('/delay')) throw new ApiError(404, `There is nothing at '${call.request.path}' here`);
  if (method !== 'DELETE') return wrongMethod(call, 'DELETE');
  const id = `/${rest.slice(0, -'/delay'.length)}`;
  if (!marathon.queue.resetDelay(id)) throw new ApiError(404, `Application ${id} not found in tasks queue.`);
  return { status: 204 };
}

function entryJson(marathon: Marathon, entry: QueueEntry, withOffers: boolean, extended: boolean): object {
  const { spec, count, sinceMs, history } = entry;
  const leftMs = marathon.queue.leftMs(spec.id);
  const { lastUnusedAtMs, lastUsedAtMs } = history;
  return {
    count,
    role: spec.role,
    delay: { timeLeftSeconds: Math.ceil(leftMs / 1000), overdue: leftMs === 0 },
    since: isoTime(sinceMs),
    processedOffersSummary: {
      processedOffersCount: history.processed,
      unusedOffersCount: history.unused,
      ...(lastUnusedAtMs !== undefined && { lastUnusedOfferAt: isoTime(lastUnusedAtMs) }),
      ...(lastUsedAtMs !== undefined && { lastUsedOfferAt: isoTime(lastUsedAtMs) }),
      rejectSummaryLastOffers: history.lastOffers,
      rejectSummaryLaunchAttempt: history.attempt,
    },
    ...(withOffers && {
      lastUnusedOffers: history.last.map(({ offer, reason, atMs }) => ({
        offer: offerJson(offer),
        reason: [reason],
        timestamp: isoTime(atMs),
      })),
    }),
    ...(extended && { whyWaiting: whyWaiting(marathon, spec.id) }),
    ...(isPod(spec) ? { pod: podJson(spec) } : { app: spec }),
  };
}

function offerJson({ id, hostname, agent_id, resources = [], attributes = [] }: Offer): object {
  return {
    id: id.value,
    hostname,
    agentId: agent_id.value,
    resources: resources.map(({ name, scalar, ranges, set, role, reservations }) => ({
      name,
      role: reservations?.at(-1)?.role ?? role ?? '*',
      ...(scalar !== undefined && { scalar: scalar.value }),
      ranges: ranges?.range ?? [],
      set: set?.item ?? [],
    })),
    attributes: attributes.map((attribute) => ({
      name: attribute.name,
      text: attributeText(attribute),
      ranges: attribute.ranges?.range ?? [],
      set: attribute.set?.item ?? [],
    })),
  };
}
