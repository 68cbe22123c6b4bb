/** Which waiting services an offer serves, and why it does not serve the others (spec: marathon.md §22). Changes nothing. */
import type { Offer } from '../../../../proto/index.ts';
import { Resources } from '../../../../proto/resources/index.ts';
import type { Random } from '../../../../runtime/index.ts';
import type { Amounts } from '../../matching/task.ts';
import type { Place } from '../instances/instance.ts';
import type { Spec } from '../model/spec.ts';
import { isApp } from '../model/spec.ts';
import { satisfies } from './constraints.ts';
import { placeOf } from './constraintValue.ts';
import { demandOf } from './demandOf.ts';
import { DiskSources } from './disks.ts';
import { OfferPool, type Taken } from './pool.ts';
import type { Reason } from './reasons.ts';

/** A label of reservations that belong to an instance. */
export const INSTANCE_LABEL = 'marathon_task_id';
/** Which Marathon made it: several may have a role in common. */
export const FRAMEWORK_LABEL = 'marathon_framework_id';

export interface MatchRule {
  readonly nowMs: number;
  readonly random: Random;
  readonly acceptedRoles: 'any' | 'reserved' | 'unreserved';
  /** Agents whose maintenance begins within this time are left alone. */
  readonly drainingMs: number;
  readonly gpuBehavior: 'restricted' | 'unrestricted';
  /** Region of the master: agents of others are only used by services that name a region or zone. */
  readonly homeRegion: string | undefined;
  /** Whether nobody else objects to the offer. */
  readonly isMatch: (offer: Offer, spec: Spec) => boolean;
  /** Agents with this attribute are for services that name it. */
  readonly dedicatedAttribute: string | undefined;
  /** Where instances of a service are that constraints compare. */
  readonly placed: (spec: Spec) => readonly Place[];
}

/** An offer while instances take their parts of it. */
export class OpenOffer {
  readonly offer: Offer;
  readonly place: Place;
  /** Everything offered. */
  readonly resources: Resources;
  readonly #pool: OfferPool;
  readonly #rule: MatchRule;
  readonly #hadGpus: boolean;
  /** Disks that are their own sources. */
  readonly disks: DiskSources;

  constructor(offer: Offer, rule: MatchRule) {
    this.offer = offer;
    this.place = placeOf(offer);
    this.resources = Resources.of(offer.resources);
    this.#rule = rule;
    this.#pool = new OfferPool(
      this.resources.filter(
        (kind) =>
          !kind.revocable &&
          !kind.shared &&
          kind.disk === undefined &&
          instanceOfReservation(kind.reservations) === undefined,
      ),
    );
    this.#hadGpus = this.#pool.gpus > 0;
    this.disks = new DiskSources(
      this.resources.filter(({ reservations }) => instanceOfReservation(reservations) === undefined),
    );
  }

  /** What is in the way of an instance of this service here, before resources are looked at. */
  objection(spec: Spec, extra: readonly Place[] = []): Reason | undefined {
    const { offer, place } = this;
    if ((offer.allocation_info?.role ?? '*') !== spec.role) return 'UnfulfilledRole';
    if (this.#isReserved(spec)) return 'UnfulfilledConstraint';
    const abroad = place.region !== undefined && place.region !== this.#rule.homeRegion;
    const namesPlace = spec.constraints.some(([field]) => field === '@region' || field === '@zone');
    if (abroad && this.#rule.homeRegion !== undefined && !namesPlace) return 'UnfulfilledConstraint';
    if (spec.constraints.length > 0) {
      const placed = [...this.#rule.placed(spec), ...extra];
      if (!satisfies(spec.constraints, place, placed, spec.instances)) return 'UnfulfilledConstraint';
    }
    if (!this.#rule.isMatch(offer, spec)) return 'UnfulfilledConstraint';
    return this.#inMaintenance ? 'AgentMaintenance' : undefined;
  }

  /** What is left, ports aside. */
  get left(): Amounts {
    return this.#pool.left;
  }

  /** Takes the parts of one more instance, or says what is in the way. */
  take(spec: Spec, extra: readonly Place[] = []): Taken | Reason {
    const objection = this.objection(spec, extra);
    if (objection !== undefined) return objection;
    if (this.#sparesGpus(spec)) return 'DeclinedScarceResources';
    return this.#pool.take(demandOf(spec), this.accepts(spec), this.#rule.random);
  }

  /** Takes resources besides ports and volumes, whatever the constraints say. */
  takePlain(spec: Spec): Taken | Reason {
    return this.#pool.take(demandOf(spec), this.accepts(spec), this.#rule.random);
  }

  /** Which reservations the service may use. */
  accepts(spec: Spec): (role: string) => boolean {
    const { acceptedResourceRoles } = spec;
    if (acceptedResourceRoles !== undefined) return (role) => acceptedResourceRoles.includes(role);
    const { acceptedRoles } = this.#rule;
    return (role) => (acceptedRoles === 'any' ? true : (role === '*') === (acceptedRoles === 'unreserved'));
  }

  /** As if each service that does not name the attribute had `[attribute, UNLIKE, .*]`. */
  #isReserved({ constraints }: Spec): boolean {
    const { dedicatedAttribute } = this.#rule;
    if (dedicatedAttribute === undefined || this.place.attributes[dedicatedAttribute] === undefined)
      return false;
    return !constraints.some(([field]) => field === dedicatedAttribute);
  }

  get #inMaintenance(): boolean {
    const { unavailability } = this.offer;
    if (unavailability === undefined) return false;
    const { nowMs, drainingMs } = this.#rule;
    const beginMs = Number(unavailability.start.nanoseconds) / 1e6;
    const endMs =
      unavailability.duration === undefined
        ? Number.POSITIVE_INFINITY
        : beginMs + Number(unavailability.duration.nanoseconds) / 1e6;
    return nowMs + drainingMs >= beginMs && nowMs < endMs;
  }

  #sparesGpus(spec: Spec): boolean {
    const behavior = spec.labels['GPU_SCHEDULING_BEHAVIOR'] ?? this.#rule.gpuBehavior;
    const needs = isApp(spec) ? spec.gpus > 0 : spec.containers.some(({ resources }) => resources.gpus > 0);
    return this.#hadGpus && !needs && behavior === 'restricted';
  }
}

type Reservations = readonly {
  readonly labels?:
    | { readonly labels?: readonly { key: string; value?: string | undefined }[] | undefined }
    | undefined;
}[];

/** The instance that a reservation was made for; undefined for those that are no Marathon's. */
export function instanceOfReservation(reservations: Reservations): string | undefined {
  return labelOf(reservations, INSTANCE_LABEL);
}

/** The framework that made a reservation for an instance. */
export function frameworkOfReservation(reservations: Reservations): string | undefined {
  return labelOf(reservations, FRAMEWORK_LABEL);
}

function labelOf(reservations: Reservations, name: string): string | undefined {
  return reservations.at(-1)?.labels?.labels?.find(({ key }) => key === name)?.value;
}

/** A list in a random order, drawn one by one: who reads a few pays for a few. The list is changed. */
export function* drawn<T>(list: T[], random: Random): Generator<T, void> {
  for (let left = list.length; left > 0; left--) {
    const at = Math.floor(random.next() * left);
    const [one, last] = [list[at], list[left - 1]];
    if (one === undefined || last === undefined) return;
    list[at] = last;
    yield one;
  }
}
