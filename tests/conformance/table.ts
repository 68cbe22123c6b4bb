/**
 * Rows of the public APIs (v1-operator-api.md, v1-scheduler-api.md §2): a request, and what any Mesos answers to it. None of them
 * changes anything but the log level, so that they may be held against a running cluster.
 */
import { callRows } from './callRows.ts';
import { metricRows } from './metricRows.ts';
import { pathRows } from './pathRows.ts';

export interface Row {
  readonly name: string;
  readonly at: 'master' | 'agent';
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly status: number;
  /** Prefix of the answer's content type. */
  readonly type?: string;
  /** Of the text of an answer. */
  readonly text?: RegExp;
  /** Keys of a JSON answer that must be there: `a.b` is b in a, `a[]` the first of a list, if it has one. */
  readonly keys?: readonly string[];
}

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/x-protobuf';
const TEXT = 'text/plain';

const call = (body: object, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'Content-Type': JSON_TYPE, Accept: JSON_TYPE, ...headers },
  body: JSON.stringify(body),
});

/** Refused before any call is looked at, alike at master and agent. */
function formRows(at: Row['at']): Row[] {
  const path = '/api/v1';
  const health = JSON.stringify({ type: 'GET_HEALTH' });
  const json = { 'Content-Type': JSON_TYPE };
  const row = (name: string, rest: Omit<Row, 'name' | 'at' | 'path'> & Partial<Row>): Row => ({
    name: `${at}: ${name}`,
    ...{ at, path, method: 'POST', body: health },
    ...rest,
  });
  return [
    row('GET on the API', { method: 'GET', body: '', status: 405, text: /POST/ }),
    row('PUT on the API', { method: 'PUT', headers: json, status: 405 }),
    row('no content type', { status: 400, type: TEXT, text: /Content-Type/ }),
    row('another content type', { headers: { 'Content-Type': TEXT }, status: 415, type: TEXT }),
    row('JSON with a charset', { headers: { 'Content-Type': `${JSON_TYPE}; charset=utf-8` }, status: 415 }),
    row('cut JSON', { headers: json, body: '{', status: 400 }),
    row('a JSON array', { headers: json, body: '[]', status: 400 }),
    row('an empty body', { headers: json, body: '', status: 400 }),
    row('no protobuf', { headers: { 'Content-Type': PROTOBUF }, body: '\xff\xff', status: 400 }),
    row('no type', { headers: json, body: '{}', status: 400, text: /'type'/ }),
    row('an unknown type', { headers: json, body: '{"type":"BOGUS"}', status: 400 }),
    row('type UNKNOWN', { headers: json, body: '{"type":"UNKNOWN"}', status: 501 }),
    row('nothing to be read', { headers: { ...json, Accept: 'image/png' }, status: 406, text: /Accept/ }),
    row('anything to be read', { headers: { ...json, Accept: '*/*' }, status: 200, type: JSON_TYPE }),
    row('protobuf to be read', { headers: { ...json, Accept: PROTOBUF }, status: 200, type: PROTOBUF }),
    row('a call in protobuf', {
      headers: { 'Content-Type': PROTOBUF, Accept: JSON_TYPE },
      body: Uint8Array.of(8, 1),
      status: 200,
      keys: ['get_health.healthy'],
    }),
    row('a query is passed over', { path: `${path}?x=1`, headers: json, status: 200 }),
    row('explicit nulls are unset', {
      headers: json,
      body: '{"type":"GET_HEALTH","teardown":null}',
      status: 200,
    }),
  ];
}

/** Calls whose sub-message must be there, with its name. */
function missingRows(at: Row['at'], names: readonly string[]): Row[] {
  return names.map((name) => ({
    name: `${at}: ${name} without its message`,
    ...{ at, path: '/api/v1', status: 400, text: new RegExp(`'${name.toLowerCase()}'`) },
    ...call({ type: name }),
  }));
}

/** Calls that only tell, with keys of their answers. */
function tellingRows(at: Row['at'], calls: Readonly<Record<string, readonly string[]>>): Row[] {
  return Object.entries(calls).map(([name, keys]) => ({
    name: `${at}: ${name}`,
    ...{ at, path: '/api/v1', status: 200, type: JSON_TYPE, keys: ['type', ...keys] },
    ...call({ type: name }),
  }));
}

const TASKS = ['tasks', 'unreachable_tasks', 'completed_tasks'];
const AGENT_TASKS = [
  'pending_tasks',
  'queued_tasks',
  'launched_tasks',
  'terminated_tasks',
  'completed_tasks',
];
const below = (prefix: string, keys: readonly string[]) => keys.map((key) => `${prefix}.${key}`);

const masterCalls = {
  GET_HEALTH: ['get_health.healthy'],
  GET_FLAGS: ['get_flags.flags[].name', 'get_flags.flags[].value'],
  GET_VERSION: ['get_version.version_info.version'],
  GET_LOGGING_LEVEL: ['get_logging_level.level'],
  GET_STATE: [
    ...below('get_state.get_tasks', TASKS),
    'get_state.get_executors.executors',
    'get_state.get_frameworks.frameworks',
    'get_state.get_agents.agents',
  ],
  GET_AGENTS: [
    ...['agent_info', 'active', 'deactivated', 'version', 'pid', 'registered_time', 'total_resources'].map(
      (key) => `get_agents.agents[].${key}`,
    ),
    'get_agents.recovered_agents',
  ],
  GET_FRAMEWORKS: ['get_frameworks.frameworks', 'get_frameworks.completed_frameworks'],
  GET_EXECUTORS: ['get_executors.executors'],
  GET_OPERATIONS: ['get_operations'],
  GET_TASKS: below('get_tasks', TASKS),
  GET_ROLES: ['get_roles'],
  GET_WEIGHTS: [],
  GET_MASTER: ['get_master.master_info.id', 'get_master.start_time', 'get_master.elected_time'],
  GET_MAINTENANCE_STATUS: ['get_maintenance_status.status'],
  GET_MAINTENANCE_SCHEDULE: ['get_maintenance_schedule.schedule'],
  GET_QUOTA: ['get_quota.status'],
};

const agentCalls = {
  GET_HEALTH: ['get_health.healthy'],
  GET_FLAGS: ['get_flags.flags[].name'],
  GET_VERSION: ['get_version.version_info.version'],
  GET_LOGGING_LEVEL: ['get_logging_level.level'],
  GET_STATE: [
    ...below('get_state.get_tasks', AGENT_TASKS),
    'get_state.get_executors.completed_executors',
    'get_state.get_frameworks.completed_frameworks',
  ],
  GET_FRAMEWORKS: ['get_frameworks.frameworks'],
  GET_EXECUTORS: ['get_executors.executors'],
  GET_OPERATIONS: ['get_operations'],
  GET_TASKS: below('get_tasks', AGENT_TASKS),
  GET_AGENT: ['get_agent.agent_info.id'],
  GET_CONTAINERS: [],
  GET_RESOURCE_PROVIDERS: ['get_resource_providers'],
};

const MASTER_NEEDS = `GET_METRICS SET_LOGGING_LEVEL LIST_FILES READ_FILE UPDATE_WEIGHTS RESERVE_RESOURCES UNRESERVE_RESOURCES
  CREATE_VOLUMES DESTROY_VOLUMES GROW_VOLUME SHRINK_VOLUME UPDATE_MAINTENANCE_SCHEDULE START_MAINTENANCE STOP_MAINTENANCE
  UPDATE_QUOTA SET_QUOTA REMOVE_QUOTA TEARDOWN MARK_AGENT_GONE DRAIN_AGENT DEACTIVATE_AGENT REACTIVATE_AGENT`;

const AGENT_NEEDS = `GET_METRICS SET_LOGGING_LEVEL LIST_FILES READ_FILE LAUNCH_NESTED_CONTAINER WAIT_NESTED_CONTAINER
  KILL_NESTED_CONTAINER REMOVE_NESTED_CONTAINER LAUNCH_CONTAINER WAIT_CONTAINER KILL_CONTAINER REMOVE_CONTAINER`;

/** Calls with something wrong in them, and what comes of it. */
function wrongRows(): Row[] {
  const agent_id = { value: 'no-such-agent' };
  const row = (name: string, body: object, status: number, text?: RegExp): Row => ({
    name: `master: ${name}`,
    ...{ at: 'master', path: '/api/v1', status, ...(text && { text }) },
    ...call(body),
  });
  const weight = (role: string, value: number) => ({
    type: 'UPDATE_WEIGHTS',
    update_weights: { weight_infos: [{ role, weight: value }] },
  });
  return [
    row(
      'TEARDOWN of nobody',
      { type: 'TEARDOWN', teardown: { framework_id: { value: 'x' } } },
      400,
      /No framework/,
    ),
    row('MARK_AGENT_GONE of nobody', { type: 'MARK_AGENT_GONE', mark_agent_gone: { agent_id } }, 404),
    row('DRAIN_AGENT of nobody', { type: 'DRAIN_AGENT', drain_agent: { agent_id } }, 400),
    row('DEACTIVATE_AGENT of nobody', { type: 'DEACTIVATE_AGENT', deactivate_agent: { agent_id } }, 400),
    row('REACTIVATE_AGENT of nobody', { type: 'REACTIVATE_AGENT', reactivate_agent: { agent_id } }, 400),
    row('RESERVE_RESOURCES at nobody', { type: 'RESERVE_RESOURCES', reserve_resources: { agent_id } }, 400),
    row('UPDATE_WEIGHTS below zero', weight('conformance', -1), 400, /positive/),
    row('UPDATE_WEIGHTS of no role', weight('a//b', 1), 400),
    row(
      'START_MAINTENANCE of nothing',
      { type: 'START_MAINTENANCE', start_maintenance: { machines: [] } },
      400,
    ),
    row('STOP_MAINTENANCE of nothing', { type: 'STOP_MAINTENANCE', stop_maintenance: { machines: [] } }, 400),
    row('LIST_FILES of nothing', { type: 'LIST_FILES', list_files: { path: '/no/such' } }, 404),
    row('READ_FILE of nothing', { type: 'READ_FILE', read_file: { path: '/no/such', offset: 0 } }, 404),
    row('GET_METRICS', { type: 'GET_METRICS', get_metrics: {} }, 200),
    row('GET_METRICS in time', { type: 'GET_METRICS', get_metrics: { timeout: { nanoseconds: 1e9 } } }, 200),
    row(
      'SET_LOGGING_LEVEL for a moment',
      { type: 'SET_LOGGING_LEVEL', set_logging_level: { level: 1, duration: { nanoseconds: 1e6 } } },
      200,
    ),
  ];
}

/** The older endpoints. */
function legacyRows(): Row[] {
  const get = (path: string, status: number, more: Partial<Row> = {}): Row => ({
    name: `master: GET ${path}`,
    ...{ at: 'master', method: 'GET', path, status },
    ...more,
  });
  const at = (row: Row): Row => ({ ...row, at: 'agent', name: row.name.replace('master', 'agent') });
  const post = (path: string, body: string, status: number): Row => ({
    name: `master: POST ${path} ${body}`,
    ...{ at: 'master', method: 'POST', path, body, status },
  });
  const STATE = ['version', 'build_date', 'start_time', 'id', 'pid', 'hostname', 'slaves', 'frameworks'];
  const json = { type: JSON_TYPE };
  return [
    get('/state', 200, { ...json, keys: STATE }),
    get('/master/state', 200, json),
    get('/state?jsonp=f', 200, { type: 'text/javascript', text: /^f\(\{/ }),
    get('/state-summary', 200, { ...json, keys: ['hostname', 'slaves', 'frameworks'] }),
    get('/slaves', 200, { ...json, keys: ['slaves', 'recovered_slaves'] }),
    get('/slaves?slave_id=none', 200, json),
    get('/frameworks', 200, {
      ...json,
      keys: ['frameworks', 'completed_frameworks', 'unregistered_frameworks'],
    }),
    get('/tasks', 200, { ...json, keys: ['tasks'] }),
    get('/tasks?limit=x&offset=-1', 200, json),
    get('/roles', 200, { ...json, keys: ['roles'] }),
    get('/weights', 200, json),
    get('/quota', 200, json),
    get('/maintenance/schedule', 200, json),
    get('/maintenance/status', 200, json),
    get('/health', 200),
    get('/version', 200, { ...json, keys: ['version', 'build_date', 'build_time'] }),
    get('/flags', 200, { ...json, keys: ['flags'] }),
    get('/redirect', 307),
    get('/metrics/snapshot', 200, json),
    get('/metrics/snapshot?timeout=5secs', 200, json),
    get('/metrics/snapshot?timeout=x', 400),
    get('/system/stats.json', 200, { ...json, keys: ['avg_load_1min', 'cpus_total', 'mem_total_bytes'] }),
    get('/files/browse', 400, { text: /path/ }),
    get('/files/browse?path=/no/such', 404),
    get('/files/read?path=/no/such', 404),
    get('/files/download?path=/no/such', 404),
    get('/files/debug', 200, json),
    get('/logging/toggle', 200, { type: TEXT, text: /^\d+\n$/ }),
    get('/logging/toggle?level=1', 400),
    get('/nosuch', 404),
    get('/master/nosuch', 404),
    get('/state.json', 404),
    ...[
      '/machine/down',
      '/machine/up',
      '/reserve',
      '/unreserve',
      '/create-volumes',
      '/destroy-volumes',
      '/teardown',
    ].map((path) => get(path, 405, { text: /POST/ })),
    post('/teardown', '', 400),
    post('/teardown', 'frameworkId=none', 400),
    post('/reserve', '', 400),
    post('/reserve', 'slaveId=none', 400),
    post('/create-volumes', 'slaveId=none', 400),
    post('/machine/down', '[]', 400),
    post('/machine/up', '[]', 400),
    post('/maintenance/schedule', '{', 400),
    post('/quota', '{', 400),
    { ...post('/weights', '[]', 405), name: 'master: POST /weights' },
    at(
      get('/state', 200, {
        ...json,
        keys: ['version', 'id', 'pid', 'resources', 'frameworks', 'completed_frameworks'],
      }),
    ),
    at(get('/slave(1)/state', 200, json)),
    at(get('/state.json', 404)),
    at(get('/health', 200)),
    at(get('/flags', 200, { ...json, keys: ['flags'] })),
    at(get('/version', 200, json)),
    at(get('/containers', 200, json)),
    at(get('/containers?executor_id=x', 400)),
    at(get('/containers?container_id=x&framework_id=y', 400)),
    at(get('/containerizer/debug', 200, { ...json, keys: ['pending'] })),
    at(get('/monitor/statistics', 200, json)),
    at(get('/monitor/statistics.json', 404)),
    at(get('/files/browse', 400)),
    at(get('/files/debug', 200, json)),
    at(get('/metrics/snapshot', 200, json)),
    at(get('/nosuch', 404)),
  ];
}

/** `/api/v1/scheduler`, as far as nobody subscribes. */
function schedulerRows(): Row[] {
  const path = '/api/v1/scheduler';
  const framework_id = { value: 'no-such-framework' };
  const row = (name: string, rest: Partial<Row>): Row => ({
    name: `scheduler: ${name}`,
    ...{ at: 'master', path, status: 400, type: TEXT },
    ...call({ framework_id, type: 'TEARDOWN' }, { 'Mesos-Stream-Id': 'x' }),
    ...rest,
  });
  return [
    row('GET', { method: 'GET', body: '', status: 405 }),
    row('no content type', { headers: {} }),
    row('another content type', { headers: { 'Content-Type': TEXT }, status: 415 }),
    row('records', { headers: { 'Content-Type': 'application/recordio' }, status: 415 }),
    row('cut JSON', { body: '{' }),
    row('no type', { body: '{}' }),
    row('an unknown framework', {}),
    row('SUBSCRIBE without its message', { body: JSON.stringify({ type: 'SUBSCRIBE' }) }),
    row('a call without framework', { body: JSON.stringify({ type: 'TEARDOWN' }) }),
    row('ACCEPT without its message', { body: JSON.stringify({ framework_id, type: 'ACCEPT' }) }),
  ];
}

export const rows: readonly Row[] = [
  ...formRows('master'),
  ...formRows('agent'),
  ...missingRows('master', MASTER_NEEDS.split(/\s+/)),
  ...missingRows('agent', AGENT_NEEDS.split(/\s+/)),
  ...tellingRows('master', masterCalls),
  ...tellingRows('agent', agentCalls),
  ...wrongRows(),
  ...legacyRows(),
  ...pathRows,
  ...schedulerRows(),
  ...callRows,
  ...metricRows,
];
