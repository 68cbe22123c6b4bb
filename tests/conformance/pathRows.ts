/** Rows of paths and of what any page can be asked for (v1-operator-api.md §1.1, §1.2, §5 to §7). */
import type { Row } from './table.ts';

const JSON_TYPE = 'application/json';

const call = (body: object) => ({
  method: 'POST',
  headers: { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE },
  body: JSON.stringify(body),
});

/** Pages that may be asked for as a script, at either. */
function scriptRows(): Row[] {
  const master = `/state /state-summary /slaves /frameworks /tasks /roles /weights /quota /maintenance/schedule /maintenance/status
    /flags /version /system/stats.json /metrics/snapshot /files/debug`;
  const agent = `/state /flags /version /system/stats.json /metrics/snapshot /containers /monitor/statistics /containerizer/debug
    /files/debug`;
  const rows = (at: Row['at'], paths: string): Row[] =>
    paths.split(/\s+/).map((path) => ({
      name: `${at}: ${path} as a script`,
      ...{
        at,
        method: 'GET',
        path: `${path}?jsonp=f`,
        status: 200,
        type: 'text/javascript',
        text: /^f\([[{]/,
      },
    }));
  return [...rows('master', master), ...rows('agent', agent)];
}

/** Paths: with the process' name or without, longest prefix, a slash behind. */
function namedRows(): Row[] {
  const health = call({ type: 'GET_HEALTH' });
  const row = (at: Row['at'], path: string, rest: Partial<Row>): Row => ({
    name: `${at}: ${rest.method ?? 'POST'} ${path}`,
    ...{ at, path, status: 200, ...rest },
  });
  return [
    row('master', '/master/api/v1', health),
    row('master', '/api/v1/', health),
    row('master', '/api/v1/operator', health),
    row('agent', '/slave(1)/api/v1', health),
    row('agent', '/api/v1/operator', health),
    row('master', '/api/v1/scheduler/more', {
      ...call({ type: 'TEARDOWN' }),
      status: 400,
      text: /framework_id/,
    }),
    row('master', '/master/api/v1/scheduler/', { ...call({ type: 'TEARDOWN' }), status: 400 }),
    row('agent', '/api/v1/executor/more', { ...call({ type: 'MESSAGE' }), status: 400, text: /executor_id/ }),
    ...[
      '/master/state/',
      '/master/frameworks/',
      '/master/health',
      '/help',
      '/help/metrics',
      '/help?format=json',
    ].map((path) => row('master', path, { method: 'GET' })),
    row('master', '/help', { method: 'GET', type: 'text/html' }),
    row('master', '/redirect/more', { method: 'GET', status: 404 }),
    row('master', '/quota', { method: 'PUT', status: 405, text: /DELETE/ }),
    row('master', '/quota/no-such', { method: 'DELETE', status: 400 }),
    row('master', '/quota', { method: 'DELETE', status: 400 }),
    row('master', '/maintenance/status', { method: 'POST', status: 405, text: /GET/ }),
    row('master', '/maintenance/schedule', { method: 'PUT', status: 405, text: /POST/ }),
    row('master', '/files/read', { method: 'GET', status: 400, text: /path/ }),
    row('master', '/files/download', { method: 'GET', status: 400, text: /path/ }),
    row('agent', '/files/browse?path=/no/such', { method: 'GET', status: 404 }),
    row('agent', '/logging/toggle', { method: 'GET', text: /^\d+\n$/ }),
    row('agent', '/logging/toggle?duration=1secs', { method: 'GET', status: 400 }),
    row('agent', '/metrics/snapshot?timeout=x', { method: 'GET', status: 400 }),
    row('agent', '/system/stats.json', { method: 'GET', keys: ['cpus_total'] }),
    row('agent', '/state', { method: 'GET', headers: { Accept: 'text/html' }, type: JSON_TYPE }),
  ];
}

export const pathRows: readonly Row[] = [...scriptRows(), ...namedRows()];
