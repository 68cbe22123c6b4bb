// An executor in one file: one process that runs many small tasks inside itself.
//
// A task needs no process of its own when its work is a function call. A scheduler sends such tasks with an `executor`
// instead of a `command`:
//
//   executor: {
//     type: ExecutorInfoType.CUSTOM,
//     executor_id: { value: 'word-count' },
//     framework_id,
//     command: { value: 'node runtime/boot.js --role=executor --executor=examples/word-count-executor.mjs' },
//   },
//   data: Buffer.from(JSON.stringify({ text: 'to be or not to be' })),
//
// The agent starts the executor with the first task and hands it all later ones. The result comes back as the `data` of
// the last status update: `{"words":6}`. `{"ms":100}` in a task's data makes it take so long.
import { defineExecutor, TaskState } from 'mesostate/executor';

export default defineExecutor({
  name: 'word-count',

  create(context) {
    /** Tasks that are not through, with the timers that will end them. */
    const running = new Map();

    /** Tells the result. */
    const finish = (driver, task, text) => {
      running.delete(task.task_id.value);
      const words = text.split(/\s+/).filter((word) => word !== '').length;
      const data = Buffer.from(JSON.stringify({ words }));
      driver.sendStatusUpdate({ task_id: task.task_id, state: TaskState.TASK_FINISHED, data });
    };

    return {
      registered(_driver, { agent_info }) {
        context.log.info('ready', { host: agent_info.hostname });
      },

      // What this throws, here for data that is no JSON, makes the task TASK_FAILED with the error's words.
      launchTask(driver, task) {
        const { text = '', ms = 0 } = JSON.parse(Buffer.from(task.data ?? '{}').toString());
        driver.sendStatusUpdate({ task_id: task.task_id, state: TaskState.TASK_RUNNING });
        if (ms === 0) finish(driver, task, text);
        else
          running.set(
            task.task_id.value,
            context.delay(ms, () => finish(driver, task, text)),
          );
      },

      killTask(driver, taskId) {
        const timer = running.get(taskId.value);
        if (timer === undefined) return;
        timer.cancel();
        running.delete(taskId.value);
        driver.sendStatusUpdate({ task_id: taskId, state: TaskState.TASK_KILLED });
      },

      shutdown(driver) {
        for (const timer of running.values()) timer.cancel();
        driver.stop();
      },
    };
  },
});
