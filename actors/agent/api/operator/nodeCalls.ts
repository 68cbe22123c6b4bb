/** Calls about this agent and its process, and about its files. */
import { fileInfos, filePart } from '../../../../proto/api/fileCalls.ts';
import { flagList, metricList, setLoggingLevel } from '../../../../proto/api/nodeFacts.ts';
import { AgentResponseType } from '../../../../proto/index.ts';
import { bare, type OperatorCalls, withBody } from './call.ts';

export const nodeCalls: OperatorCalls = {
  GET_HEALTH: bare((request) =>
    request.answer({ type: AgentResponseType.GET_HEALTH, get_health: { healthy: true } }),
  ),
  GET_FLAGS: bare((request, { flags }) => {
    request.expectAllowed('VIEW_FLAGS');
    request.answer({ type: AgentResponseType.GET_FLAGS, get_flags: { flags: flagList(flags) } });
  }),
  GET_VERSION: bare((request, { build }) =>
    request.answer({
      type: AgentResponseType.GET_VERSION,
      get_version: { version_info: build },
    }),
  ),
  GET_METRICS: withBody('get_metrics', (_, request, { node }) =>
    request.answer({ type: AgentResponseType.GET_METRICS, get_metrics: { metrics: metricList(node) } }),
  ),
  GET_LOGGING_LEVEL: bare((request, { node }) =>
    request.answer({
      type: AgentResponseType.GET_LOGGING_LEVEL,
      get_logging_level: { level: node.log.level.verbosity },
    }),
  ),
  SET_LOGGING_LEVEL: withBody('set_logging_level', ({ level, duration }, request, { node }) => {
    request.expectAllowed('SET_LOG_LEVEL');
    setLoggingLevel(node, level, duration);
    request.done();
  }),
  PRUNE_IMAGES: bare((request, { host }) => {
    request.expectAllowed('PRUNE_IMAGES');
    const excluded = (request.call.prune_images?.excluded_images ?? []).flatMap(
      ({ docker }) => docker?.name ?? [],
    );
    const pruned = host.containers.pruneImages?.(excluded) ?? Promise.resolve();
    pruned.then(
      () => request.done(),
      (error: Error) => request.refuse(500, `The images cannot be pruned: ${error.message}`),
    );
  }),
  LIST_FILES: withBody('list_files', ({ path }, request, { files }) =>
    request.answerBy(
      fileInfos(files, path, request.principal).then((file_infos) => ({
        type: AgentResponseType.LIST_FILES,
        list_files: { file_infos },
      })),
    ),
  ),
  READ_FILE: withBody('read_file', (body, request, { files }) =>
    request.answerBy(
      filePart(files, body, request.principal).then((read_file) => ({
        type: AgentResponseType.READ_FILE,
        read_file,
      })),
    ),
  ),
};
