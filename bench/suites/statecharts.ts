/** Events a second through the task chart, stepped by the shared engine, beside xstate driving the same machine. */
import { createActor, getNextSnapshot } from 'xstate';
import { ChartTable } from '../../statecharts/engine.ts';
import { taskMachine } from '../../statecharts/task.ts';
import { type Batch, measure, publish } from '../support/figures.ts';

const BATCH = 100;
/** A life of three events: starting, running, finished. */
const LIFE = [{ type: 'UPDATE_STARTING' }, { type: 'UPDATE_RUNNING' }, { type: 'UPDATE_FINISHED' }] as const;

function tableLives(): Batch['run'] {
  const table = new ChartTable(taskMachine);
  return () => {
    for (let i = 0; i < BATCH; i++) {
      table.start('task');
      for (const event of LIFE) table.step('task', event);
      table.stop('task');
    }
  };
}

function pureLives(): void {
  for (let i = 0; i < BATCH; i++) {
    let snapshot = taskMachine.getInitialSnapshot({} as never);
    for (const event of LIFE) snapshot = getNextSnapshot(taskMachine, snapshot, event);
  }
}

function actorLives(): void {
  for (let i = 0; i < BATCH; i++) {
    const actor = createActor(taskMachine).start();
    for (const event of LIFE) actor.send(event);
  }
}

const size = BATCH * LIFE.length;
publish(
  await measure('statecharts', [
    { name: 'task lives, pure xstate transitions', unit: 'events/s', size, run: pureLives },
    { name: 'task lives, live xstate actors', unit: 'events/s', size, run: actorLives },
    {
      name: 'task lives, engine',
      unit: 'events/s',
      size,
      beside: 'task lives, live xstate actors',
      run: tableLives(),
    },
  ]),
);
