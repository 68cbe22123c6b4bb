// A framework in one file: runs a command so many times, on whatever the cluster offers, and ends.
//
//   node runtime/boot.js --role=framework --master=127.0.0.1:5050 --framework=examples/hello-framework.mjs \
//     --framework_options='{"copies":5,"command":"echo hello from $(hostname)"}'
//
// It is an actor: its callbacks run one after the other, and it talks to the cluster by messages only. Nothing that it
// calls on `driver` waits for an answer; answers arrive in the callbacks.
import { defineFramework, Pool, TaskState } from 'mesostate/framework';

/** What each copy needs: sizes in megabytes, `ports` is how many. */
const DEMAND = { cpus: 0.1, mem: 32, disk: 0, ports: 0 };

export default defineFramework({
  name: 'hello',

  create(context) {
    const { copies = 3, command = 'echo hello' } = context.options;
    let launched = 0;
    let finished = 0;
    let failed = 0;

    return {
      subscribed(_driver, { framework_id }) {
        context.print(`the cluster knows us as ${framework_id.value}`);
      },

      // Every offer is answered once: used for as many copies as fit, or declined.
      offers(driver, offers) {
        for (const offer of offers) {
          const pool = new Pool(offer.resources ?? []);
          const tasks = [];
          while (launched < copies) {
            const taken = pool.take(DEMAND);
            if (taken === undefined) break;
            launched++;
            tasks.push({
              name: `hello.${launched}`,
              task_id: { value: `hello.${launched}` },
              agent_id: offer.agent_id,
              resources: [...taken.resources],
              command: { value: String(command) },
            });
          }
          if (tasks.length > 0) driver.launch([offer.id], tasks);
          else driver.decline([offer.id]);
        }
        if (launched === copies) driver.suppress();
      },

      // A task goes from STAGING over STARTING and RUNNING to one of the states that are never left.
      update(_driver, { task_id, state, message = '' }) {
        if (state === TaskState.TASK_RUNNING) context.print(`${task_id.value} runs`);
        if (state === TaskState.TASK_FINISHED) {
          finished++;
          context.print(`${task_id.value} finished`);
        } else if (ENDED_BADLY.has(state)) {
          failed++;
          context.print(`${task_id.value} failed: ${message}`);
        }
        // Ending the framework tears it down at the master.
        if (finished + failed === copies) context.finish({ exitCode: failed === 0 ? 0 : 1 });
      },
    };
  },
});

const ENDED_BADLY = new Set([
  TaskState.TASK_FAILED,
  TaskState.TASK_KILLED,
  TaskState.TASK_LOST,
  TaskState.TASK_ERROR,
  TaskState.TASK_DROPPED,
  TaskState.TASK_GONE,
  TaskState.TASK_GONE_BY_OPERATOR,
]);
