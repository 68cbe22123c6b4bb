/** `/v2/plugins`, and what plugins answer below it (spec: marathon.md §9, §30). */
import type { HttpRequest } from '../../../../runtime/index.ts';
import { ApiError } from '../errors.ts';
import type { Marathon } from '../marathon.ts';
import type { PluginAnswer, PluginRequest } from '../plugins/points.ts';
import { wrongMethod } from './apps.ts';
import type { Answer, Call } from './call.ts';

export function pluginsRoute({ settings }: Marathon, call: Call): Answer {
  const { plugins } = settings;
  if (call.rest === '') {
    if (call.method !== 'GET') return wrongMethod(call, 'GET');
    const shown = plugins.all.map(({ id, implementation, plugin, tags, info }) => {
      return { id, implementation, plugin, tags, info };
    });
    return { body: { plugins: shown } };
  }
  const [id = '', ...below] = call.rest.split('/');
  const answer = plugins.serve(id, pluginRequest(call.request, below.join('/')));
  if (answer === undefined) throw new ApiError(404, `No plugin with the name '${id}' answers requests`);
  return pluginAnswer(answer, 200);
}

export function pluginRequest({ method, path, query, headers, body }: HttpRequest, rest = ''): PluginRequest {
  return {
    method,
    path,
    rest,
    headers: { ...headers },
    query: Object.fromEntries(query),
    body: new TextDecoder().decode(body),
  };
}

export function pluginAnswer({ status, headers, body, type }: PluginAnswer, usual: number): Answer {
  return {
    status: status ?? usual,
    body: body ?? (usual === 401 ? { message: 'Invalid username or password.' } : ''),
    ...(headers !== undefined && { headers }),
    ...(type !== undefined && { type }),
  };
}
