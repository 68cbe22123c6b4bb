/** What a framework makes of an offer. */
import {
  ExecutorInfoType,
  type FrameworkID,
  type Offer,
  type OfferOperation,
  OfferOperationType,
  type Resource,
  ResourceReservationInfoType,
  type TaskInfo,
  VolumeMode,
} from '../../../proto/index.ts';
import {
  isPersistentVolume,
  parseResources,
  pushReservation,
  Resources,
} from '../../../proto/resources/index.ts';
import type { Book } from './book.ts';
import { EXECUTOR_COMMAND } from './executors.ts';

const TASK = parseResources('cpus:0.5;mem:64');
const EXECUTOR = parseResources('cpus:0.1;mem:32');
/** A default executor wants some of each. */
const GROUP_EXECUTOR = parseResources('cpus:0.1;mem:32;disk:10');
const RESERVED = 'cpus:0.5;disk:50';
const CUSTOM = 0.25;
/** How often a volume is resized rather than destroyed, and above how many MB it can become smaller. */
const RESIZES = 0.6;
const SHRINKS_ABOVE = 8;

/** Two tasks. @param chance now and then with an executor of their own; undefined: never */
export function tasksFor(offer: Offer, book: Book, chance?: () => number): TaskInfo[] {
  const custom = chance !== undefined && chance() < CUSTOM;
  const first = book.newTask(offer.agent_id.value);
  const executor = {
    executor_id: { value: `e-${first}` },
    command: { value: EXECUTOR_COMMAND },
    resources: [...EXECUTOR],
  };
  const volume = (offer.resources ?? []).find(isPersistentVolume);
  return [first, book.newTask(offer.agent_id.value)].map((id, at) => ({
    name: id,
    task_id: { value: id },
    agent_id: offer.agent_id,
    resources: [...TASK, ...(at === 0 && volume !== undefined ? [volume] : [])],
    ...(custom ? { executor } : { command: { value: id } }),
  }));
}

/** A group of two tasks with the agent's own executor. */
export function groupFor(offer: Offer, book: Book, frameworkId: FrameworkID): OfferOperation {
  const tasks = tasksFor(offer, book);
  book.launchedTogether(tasks.map(({ task_id }) => task_id.value));
  const executor = {
    type: ExecutorInfoType.DEFAULT,
    executor_id: { value: `g-${tasks[0]?.name}` },
    framework_id: frameworkId,
    resources: [...GROUP_EXECUTOR],
  };
  return { type: OfferOperationType.LAUNCH_GROUP, launch_group: { executor, task_group: { tasks } } };
}

/** One operation on reservations or volumes, or none. */
export function operationsFor(offer: Offer, chance: () => number): OfferOperation[] {
  if (chance() < 0.5) return [];
  const { resources = [], allocation_info } = offer;
  const role = allocation_info?.role ?? '';
  const volumes = resources.filter(isPersistentVolume);
  const [volume] = volumes;
  if (volume !== undefined) {
    const resized = chance() < RESIZES ? resizeOf(volume, resources) : undefined;
    return [resized ?? { type: OfferOperationType.DESTROY, destroy: { volumes } }];
  }
  const reserved = Resources.of(resources).reserved(role);
  const disk = reserved.named('disk').toMessages();
  const [first] = disk;
  if (first !== undefined && chance() < 0.5)
    return [{ type: OfferOperationType.CREATE, create: { volumes: [volumeOf(first, chance)] } }];
  if (!reserved.isEmpty)
    return [{ type: OfferOperationType.UNRESERVE, unreserve: { resources: reserved.toMessages() } }];
  const wanted = pushReservation(Resources.of(parseResources(RESERVED)).allocatedTo(role), {
    role,
    type: ResourceReservationInfoType.DYNAMIC,
  });
  return [{ type: OfferOperationType.RESERVE, reserve: { resources: wanted.toMessages() } }];
}

/** By as much disk as there is beside the volume; without any, half of it becomes free. */
function resizeOf(volume: Resource, resources: readonly Resource[]): OfferOperation | undefined {
  const size = volume.scalar?.value ?? 0;
  const [addition] = Resources.of(resources)
    .filter((kind) => kind.name === 'disk' && kind.disk === undefined)
    .reserved(volume.reservations?.at(-1)?.role)
    .toMessages();
  if (addition !== undefined)
    return { type: OfferOperationType.GROW_VOLUME, grow_volume: { volume, addition } };
  if (size < SHRINKS_ABOVE) return undefined;
  const subtract = { value: Math.floor(size / 2) };
  return { type: OfferOperationType.SHRINK_VOLUME, shrink_volume: { volume, subtract } };
}

function volumeOf(disk: Resource, chance: () => number): Resource {
  const id = `v${Math.floor(chance() * 1e9)}`;
  return {
    ...disk,
    disk: { persistence: { id }, volume: { container_path: 'data', mode: VolumeMode.RW } },
  };
}
