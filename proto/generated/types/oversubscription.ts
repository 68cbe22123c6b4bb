// Generated from proto/**/*.proto by scripts/generate-proto.ts. Do not edit: run `npm run generate`.
import type * as v1 from './v1.ts';

/**
 * QoS controller to agent: an executor or container to kill for the good of the others.
 * `mesos.slave.QoSCorrection`.
 */
export interface QoSCorrection {
  type: QoSCorrectionType;
  kill?: QoSCorrectionKill | undefined;
}

/** `mesos.slave.QoSCorrection.Type`. */
export const QoSCorrectionType = {
  KILL: 1,
} as const;
export type QoSCorrectionType = (typeof QoSCorrectionType)[keyof typeof QoSCorrectionType];

/** `mesos.slave.QoSCorrection.Kill`. */
export interface QoSCorrectionKill {
  framework_id?: v1.FrameworkID | undefined;
  executor_id?: v1.ExecutorID | undefined;
  container_id?: v1.ContainerID | undefined;
}
