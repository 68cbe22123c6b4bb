// A framework that survives what clusters do: it keeps so many copies of a command running until enough of them have finished, whatever
// happens to masters, agents and messages meanwhile.
//
//   node runtime/boot.js --role=framework --master=127.0.0.1:5050 --framework=examples/steady-framework.mjs \
//     --framework_options='{"copies":4,"total":20,"command":"sleep 1"}'
//
// What makes it robust: it writes down what it launches before anything else can happen, asks for the state of all of it now and
// then (reconciliation), and takes no silence for an answer. A task that is unreachable may come back; one that is lost, gone
// or unknown is replaced by another one with a new id.
import { defineFramework, Pool, TaskState } from 'mesostate/framework';

const DEMAND = { cpus: 0.1, mem: 32, disk: 0, ports: 0 };
/** Milliseconds between two questions after the state of all tasks. */
const RECONCILE_MS = 5_000;

const GOES_ON = new Set([
  TaskState.TASK_STAGING,
  TaskState.TASK_STARTING,
  TaskState.TASK_RUNNING,
  TaskState.TASK_KILLING,
  TaskState.TASK_UNREACHABLE,
]);

export default defineFramework({
  name: 'steady',

  create(context) {
    const { copies = 4, total = 20, command = 'sleep 1' } = context.options;
    const run = context.ids.uuid().slice(0, 8);
    /** Task id → agent id: what was launched and has not ended. */
    const live = new Map();
    let launched = 0;
    let finished = 0;
    let replaced = 0;
    let driver;

    const reconcile = () => {
      const tasks = [...live].map(([id, agent_id]) => ({ task_id: { value: id }, agent_id }));
      if (tasks.length > 0) driver?.reconcile(tasks);
      context.delay(RECONCILE_MS, reconcile);
    };
    context.delay(RECONCILE_MS, reconcile);

    return {
      subscribed(subscribed) {
        driver = subscribed;
      },

      offers(from, offers) {
        for (const offer of offers) {
          const pool = new Pool(offer.resources ?? []);
          const tasks = [];
          while (live.size < copies && finished + live.size < total) {
            const taken = pool.take(DEMAND);
            if (taken === undefined) break;
            const id = `steady.${run}.${++launched}`;
            live.set(id, offer.agent_id);
            tasks.push({
              name: id,
              task_id: { value: id },
              agent_id: offer.agent_id,
              resources: [...taken.resources],
              command: { value: String(command) },
            });
          }
          if (tasks.length > 0) from.launch([offer.id], tasks, { refuse_seconds: 1 });
          else from.decline([offer.id], { refuse_seconds: 1 });
        }
      },

      update(_driver, { task_id, state }) {
        if (GOES_ON.has(state) || !live.delete(task_id.value)) return;
        if (state === TaskState.TASK_FINISHED) finished++;
        else replaced++;
        if (finished < total) return;
        context.print(`${finished} finished, ${replaced} replaced`);
        context.finish({ exitCode: 0 });
      },
    };
  },
});
