/** An operator at a master's `/api/v1`, without a socket. */
import {
  decodeAs,
  encodeAs,
  fromJsonText,
  type MasterCall,
  type MasterResponse,
  toJsonText,
} from '../../../../proto/index.ts';
import type { TestCluster } from './cluster.ts';
import { type Answer, JSON_HEADERS, PROTOBUF, request } from './httpScheduler.ts';

const CALL = 'mesos.v1.master.Call';
const RESPONSE = 'mesos.v1.master.Response';

/** Posts a call in JSON; anything that is text goes as it is. */
export function operate(
  cluster: TestCluster,
  call: MasterCall | string,
  headers: Record<string, string> = {},
): Answer {
  const body = typeof call === 'string' ? call : toJsonText(CALL, call);
  return request(cluster, { path: '/api/v1', headers: { ...JSON_HEADERS, ...headers }, body });
}

/** The answer in JSON. @throws when there is none */
export function ask(cluster: TestCluster, call: MasterCall): MasterResponse {
  const answer = operate(cluster, call);
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return fromJsonText(RESPONSE, answer.text) as MasterResponse;
}

/** The same call and answer in protobuf. */
export function askProtobuf(cluster: TestCluster, call: MasterCall): MasterResponse {
  const headers = { 'content-type': PROTOBUF, accept: PROTOBUF };
  const answer = request(cluster, { path: '/api/v1', headers, body: encodeAs(CALL, call) });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return decodeAs(RESPONSE, answer.body);
}
