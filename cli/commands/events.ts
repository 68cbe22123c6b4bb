/** What happens in the cluster, as it happens. */
import { enumName } from '../../proto/enums.ts';
import { type MasterEvent, MasterEventType, TaskState } from '../../proto/index.ts';
import { toJson } from '../../proto/json.ts';
import { defineCommand } from '../command.ts';
import type { Context } from '../context.ts';
import type { EventStream, IndexedEvent } from '../http/operator.ts';
import { safeText } from '../output/text.ts';
import { Problem } from '../problem.ts';
import { stateText, styleOfState } from './lists.ts';

/** Between tries to find the master again, in milliseconds. */
const RETRY_MS = 1000;

export const events = defineCommand({
  name: 'events',
  summary: 'Follows what happens: agents and frameworks that come and go, tasks that change',
  details: [
    'Goes on with the next leading master when one ends; Ctrl-C ends it, and tells where it was: --from=LOG:INDEX goes on',
    'there, as long as the master has kept what happened since. With --json each event is a line.',
  ].join('\n'),
  options: {
    from: { kind: 'text', value: 'LOG:INDEX', help: 'Go on where another run ended' },
    state: { kind: 'flag', help: 'Print the state of the cluster first, with --json' },
  },
  run: async (context, { from, state }) => {
    let isEnding = false;
    const off = context.terminal.on('SIGINT', () => {
      isEnding = true;
      wake();
    });
    let wake = (): void => {};
    const interrupted = new Promise<undefined>((resolve) => {
      wake = () => resolve(undefined);
    });
    let position = from ?? '*';
    for (let first = true; !isEnding; first = false) {
      const stream = await subscribed(context, position, first);
      for (let next = await race(); next !== undefined && !next.done; next = await race()) {
        const { index, event } = next.value;
        if (index !== undefined && stream?.log !== undefined) position = `${stream.log}:${index}`;
        print(context, event, state, index);
      }
      stream?.close();
      if (!isEnding) await Promise.race([context.wait(RETRY_MS), interrupted]);

      async function race(): Promise<IteratorResult<IndexedEvent> | undefined> {
        return stream === undefined ? undefined : Promise.race([stream.events.next(), interrupted]);
      }
    }
    off();
    if (position !== '*') context.say(`to go on: mesostate events --from=${position}`);
    return undefined;
  },
});

/** @throws Problem when the very first try fails; later a master may be on its way */
async function subscribed(
  context: Context,
  position: string,
  first: boolean,
): Promise<EventStream | undefined> {
  try {
    return await context.master.subscribe(position);
  } catch (error) {
    if (first || !(error instanceof Problem)) throw error;
    context.say(error.message);
    return undefined;
  }
}

function print(context: Context, event: MasterEvent, withState: boolean, index: number | undefined): void {
  if (event.type === MasterEventType.HEARTBEAT) return;
  if (event.type === MasterEventType.SUBSCRIBED && !withState) return;
  if (context.isJson) {
    context.json({ ...toJson('mesos.v1.master.Event', event), ...(index === undefined ? {} : { index }) });
    return;
  }
  const line = lineOf(context, event);
  if (line !== undefined) context.print(`${new Date(context.terminal.clock.now()).toISOString()} ${line}`);
}

function lineOf({ paint }: Context, event: MasterEvent): string | undefined {
  const { task_added, task_updated, agent_added, agent_removed, framework_added, framework_updated } = event;
  if (task_added !== undefined) return `task ${safeText(task_added.task.task_id.value)} added`;
  if (task_updated !== undefined) {
    const { status, state } = task_updated;
    // The state it is in by now; an update that is on its way may tell of an earlier one, and then no other event comes.
    const text = stateText(enumName(TaskState, state));
    const style = styleOfState(text);
    const message = status.message ? `: ${safeText(status.message)}` : '';
    return `task ${safeText(status.task_id.value)} ${style === undefined ? text : paint(style, text)}${message}`;
  }
  if (agent_added !== undefined) {
    const { id, hostname } = agent_added.agent.agent_info;
    return `agent ${id?.value ?? ''} added at ${safeText(hostname)}`;
  }
  if (agent_removed !== undefined) return `agent ${agent_removed.agent_id.value} removed`;
  const framework =
    (framework_added ?? framework_updated)?.framework.framework_info ??
    event.framework_removed?.framework_info;
  if (framework === undefined) return undefined;
  const what =
    framework_added !== undefined ? 'added' : framework_updated !== undefined ? 'updated' : 'removed';
  return `framework ${framework.id?.value ?? ''} ${safeText(framework.name)} ${what}`;
}
