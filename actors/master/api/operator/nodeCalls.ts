/** Calls about this master and its process. */
import { flagList, metricList, setLoggingLevel } from '../../../../proto/api/nodeFacts.ts';
import { MasterResponseType } from '../../../../proto/index.ts';
import { bare, type OperatorCalls, withBody } from './call.ts';

export const nodeCalls: OperatorCalls = {
  GET_HEALTH: bare((request) =>
    request.answer({ type: MasterResponseType.GET_HEALTH, get_health: { healthy: true } }),
  ),
  GET_FLAGS: bare((request, { settings }) => {
    request.expectAllowed('VIEW_FLAGS');
    request.answer({
      type: MasterResponseType.GET_FLAGS,
      get_flags: { flags: flagList(settings.flagTexts) },
    });
  }),
  GET_VERSION: bare((request, { settings }) =>
    request.answer({
      type: MasterResponseType.GET_VERSION,
      get_version: { version_info: settings.build },
    }),
  ),
  GET_METRICS: withBody('get_metrics', (_, request, { actor }) =>
    request.answer({
      type: MasterResponseType.GET_METRICS,
      get_metrics: { metrics: metricList(actor.node) },
    }),
  ),
  GET_LOGGING_LEVEL: bare((request, { actor }) =>
    request.answer({
      type: MasterResponseType.GET_LOGGING_LEVEL,
      get_logging_level: { level: actor.node.log.level.verbosity },
    }),
  ),
  SET_LOGGING_LEVEL: withBody('set_logging_level', ({ level, duration }, request, { actor }) => {
    request.expectAllowed('SET_LOG_LEVEL');
    setLoggingLevel(actor.node, level, duration);
    request.done();
  }),
  GET_MASTER: bare((request, { info, actor, leadership }) =>
    request.answer({
      type: MasterResponseType.GET_MASTER,
      get_master: {
        master_info: info,
        start_time: actor.node.startedAtMs / 1000,
        elected_time: leadership.electedAtMs === undefined ? undefined : leadership.electedAtMs / 1000,
      },
    }),
  ),
};
