/** `/help`: what the API answers, for people (spec: marathon.md §9). */
import type { Answer } from './call.ts';

/** Every path, its methods, and what it is. */
export const REFERENCE: readonly (readonly [path: string, methods: string, what: string])[] = [
  ['/v2/apps', 'GET POST PUT PATCH', 'All apps; cmd=, id=, label=, embed= choose. PUT and PATCH take a list'],
  ['/v2/apps/ID', 'GET PUT PATCH DELETE', 'One app; ID/* for those below a group'],
  ['/v2/apps/ID/restart', 'POST', 'Replaces all instances'],
  ['/v2/apps/ID/tasks', 'GET DELETE', 'Its tasks; host=, scale=, wipe=, replaceFirst='],
  ['/v2/apps/ID/tasks/TASK', 'DELETE', 'Kills one'],
  ['/v2/apps/ID/versions', 'GET', 'Its versions, and below them what each was'],
  ['/v2/groups', 'GET POST PUT DELETE', 'Everything; groups below it by their id'],
  ['/v2/groups/ID', 'GET POST PUT PATCH DELETE', 'One group; scaleBy, version, dryRun='],
  ['/v2/groups/ID/versions', 'GET', 'Its versions'],
  ['/v2/groups/ID/apps', 'GET', 'Its apps'],
  ['/v2/pods', 'HEAD GET POST', 'All pods; /v2/pods::status how they are'],
  ['/v2/pods/ID', 'GET PUT DELETE', 'One pod; ::status, ::versions, ::instances'],
  ['/v2/tasks', 'GET', 'All tasks; as text/plain for the bridge script'],
  ['/v2/tasks/delete', 'POST', 'Kills those named by ids'],
  ['/v2/tasks/snooze', 'POST', 'Their health checks wait for seconds='],
  ['/v2/deployments', 'GET', 'What is under way'],
  ['/v2/deployments/ID', 'GET DELETE', 'One; DELETE reverts it, with force= it is cancelled'],
  ['/v2/deployments/ID/ACTION', 'POST', 'ACTION is pause, resume, promote or abort'],
  ['/v2/queue', 'GET', 'What waits, and why'],
  ['/v2/queue/ID/delay', 'DELETE', 'Lets it be launched at once'],
  ['/v2/events', 'GET', 'Server-sent events; event_type=, plan-format=light, Last-Event-ID'],
  ['/v2/eventSubscriptions', 'GET POST DELETE', 'HTTP callbacks; callbackUrl='],
  ['/v2/changes', 'GET', 'Who changed what and when; id=, limit='],
  ['/v2/changes/VERSION/undo', 'POST', 'Takes a change back; force='],
  ['/v2/info', 'GET', 'Version, leader, flags; extended= what the cluster uses'],
  ['/v2/leader', 'GET DELETE', 'Who leads; DELETE makes it step down'],
  ['/v2/plugins', 'GET', 'Plugins; below them what they answer'],
  ['/v2/schemas/app', 'GET', 'JSON schema of an app'],
  ['/ping', 'GET', 'pong'],
  ['/metrics', 'GET', 'Metrics as JSON; /metrics/prometheus as text'],
  ['/config', 'GET', 'The flags in force'],
  ['/logging', 'GET POST', 'How much is logged'],
];

const STYLE =
  'body{font:14px/1.5 system-ui,sans-serif;margin:2rem}td{padding:.2rem 1rem .2rem 0;vertical-align:top}';

export function helpAnswer(): Answer {
  const rows = REFERENCE.map(
    ([path, methods, what]) => `<tr><td><code>${path}</code></td><td>${methods}</td><td>${what}</td></tr>`,
  );
  const body = [
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Marathon: API</title><style>${STYLE}</style>`,
    `<h1>Marathon: API</h1><table>${rows.join('')}</table>`,
    '<p>What every node answers besides: <a href="/help/">/help/</a></p></html>',
  ].join('');
  return { body, type: 'text/html; charset=UTF-8' };
}
