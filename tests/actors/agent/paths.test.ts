import test from 'ava';
import fc from 'fast-check';
import { AgentPaths, containerIdProblem, idProblem } from '../../../actors/agent/paths.ts';

const paths = new AgentPaths('/var/lib/mesos', '/run/mesos');
const place = { agentId: 'S1', frameworkId: 'F1', executorId: 'my task', containerId: 'c1' };

test('the layout is Mesos’', (t) => {
  const executor = 'slaves/S1/frameworks/F1/executors/my task';
  t.is(paths.sandbox(place), `/var/lib/mesos/${executor}/runs/c1`);
  t.is(paths.latestRun(place), `/var/lib/mesos/${executor}/runs/latest`);
  t.is(paths.nestedSandbox(place, 'n1'), `/var/lib/mesos/${executor}/runs/c1/containers/n1`);
  t.is(paths.latestAgent, '/var/lib/mesos/slaves/latest');
  t.is(paths.agentInfo('S1'), '/var/lib/mesos/meta/slaves/S1/slave.info');
  t.is(paths.drainConfig('S1'), '/var/lib/mesos/meta/slaves/S1/drain.config');
  t.is(paths.latestAgentMeta, '/var/lib/mesos/meta/slaves/latest');
  t.is(paths.frameworkInfo('S1', 'F1'), '/var/lib/mesos/meta/slaves/S1/frameworks/F1/framework.info');
  t.is(paths.frameworkPid('S1', 'F1'), '/var/lib/mesos/meta/slaves/S1/frameworks/F1/framework.pid');
  t.is(paths.executorInfo(place), `/var/lib/mesos/meta/${executor}/executor.info`);
  t.is(
    paths.generatedForCommandTask(place),
    `/var/lib/mesos/meta/${executor}/executor_generated_for_command_task`,
  );
  t.is(paths.latestRunMeta(place), `/var/lib/mesos/meta/${executor}/runs/latest`);
  t.is(paths.executorSentinel(place), `/var/lib/mesos/meta/${executor}/runs/c1/executor.sentinel`);
  t.is(paths.httpMarker(place), `/var/lib/mesos/meta/${executor}/runs/c1/http.marker`);
  t.is(paths.taskInfo(place, 't'), `/var/lib/mesos/meta/${executor}/runs/c1/tasks/t/task.info`);
  t.is(paths.bootId, '/var/lib/mesos/meta/boot_id');
  t.is(paths.container('c1'), '/run/mesos/containers/c1');
  t.is(paths.container('c1.n1.m1'), '/run/mesos/containers/c1/containers/n1/containers/m1');
});

test('a slash in a role becomes a blank', (t) => {
  t.is(paths.volume('a/b', 'id1'), '/var/lib/mesos/volumes/roles/a b/id1');
});

test('ids follow Mesos’ rules, and the broken one is named', (t) => {
  t.is(idProblem('a.b c:,ü'), undefined);
  t.is(idProblem('x'.repeat(255)), undefined);
  t.is(idProblem(''), 'must not be empty');
  t.is(idProblem('..'), 'must not be ".."');
  t.is(idProblem('ü'.repeat(128)), 'has 256 bytes, at most 255 are allowed');
  t.is(idProblem('a/b'), 'must not contain "/"');
  t.is(idProblem('a\\b'), 'must not contain "\\\\"');
  t.is(idProblem('a\nb'), 'must not contain "\\n"');
  t.is(containerIdProblem('a.b'), 'must not contain "."');
  t.is(containerIdProblem('a b'), 'must not contain " "');
  t.is(containerIdProblem('x'.repeat(243)), 'has 243 bytes, at most 242 are allowed');
  t.throws(() => paths.sandbox({ ...place, executorId: '../../x' }), {
    message: 'executor id "../../x": must not contain "/"',
  });
  t.throws(() => paths.container('..'), { message: 'container id "..": must not be empty' });
  t.throws(() => paths.taskMeta(place, '..'), { message: 'task id "..": must not be ".."' });
});

test('no id makes a path that leaves its root', (t) => {
  const wild = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('.', '/', '\\', '\0', 'a', ' ', '~') }),
  );
  fc.assert(
    fc.property(wild, wild, wild, wild, (agentId, frameworkId, executorId, containerId) => {
      const wildPlace = { agentId, frameworkId, executorId, containerId };
      for (const make of [
        () => paths.sandbox(wildPlace),
        () => paths.runMeta(wildPlace),
        () => paths.taskMeta(wildPlace, agentId),
        () => paths.volume(agentId, executorId),
      ]) {
        const path = attempt(make);
        if (path !== undefined && !/^\/var\/lib\/mesos\/(slaves|meta|volumes)\//.test(path)) return false;
        if (path?.split('/').some((part) => part === '..' || part === '.')) return false;
      }
      const runtime = attempt(() => paths.container(containerId));
      return runtime === undefined || /^\/run\/mesos\/containers\/[^/]/.test(runtime);
    }),
  );
  t.pass();
});

function attempt(make: () => string): string | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
