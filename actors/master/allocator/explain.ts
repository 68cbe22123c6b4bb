/** Why nothing was offered: what a cycle tells, combination by combination, when somebody asks. */

export const SkipReason = {
  AGENT_DEACTIVATED: 'the agent is deactivated',
  AGENT_NOT_WHITELISTED: 'the agent is not on the whitelist',
  AGENT_EMPTY: 'nothing is left on the agent',
  NOTHING_FOR_ROLE: 'what is left on the agent is reserved to other roles',
  SUPPRESSED: 'the framework has suppressed offers for the role',
  FRAMEWORK_INACTIVE: 'the framework is not active',
  OFFER_CONSTRAINTS: "the framework's offer constraints exclude the agent",
  BELOW_MINIMUM: 'less than the minimum that is offered is left',
  MULTI_ROLE: 'the agent does not know MULTI_ROLE frameworks',
  HIERARCHICAL_ROLE: 'the agent does not know hierarchical roles',
  GPU: 'the agent has gpus and the framework does not say GPU_RESOURCES',
  REGION: 'the agent is in another region and the framework does not say REGION_AWARE',
  FILTERED: 'the framework has refused the same or more a short while ago',
  QUOTA_LIMIT: 'the quota of the role lets it have no more',
  HEADROOM: 'what is left is kept for guarantees of other roles',
  NO_GUARANTEE_PROGRESS: 'nothing on the agent counts towards what is missing of the guarantee',
} as const;
export type SkipReason = (typeof SkipReason)[keyof typeof SkipReason];
/** The name of a reason, for machines. */
export type SkipCode = keyof typeof SkipReason;

/**
 * Hears of each combination that was skipped. An argument is undefined when the reason holds for all: an agent that is
 * deactivated is skipped for every framework and role. A combination may be told once for each stage.
 */
export type ExplainSink = (
  frameworkId: string | undefined,
  role: string | undefined,
  agentId: string | undefined,
  reason: SkipReason,
) => void;
