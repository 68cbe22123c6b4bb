/** All stories, to be told one after another: they change what others see. */
import { administrationStories } from './administration.ts';
import { agentStories } from './agent.ts';
import { operatorStories } from './operator.ts';
import { schedulerStories } from './scheduler.ts';
import { standbyStories } from './standby.ts';

export const stories = [
  ...schedulerStories,
  ...operatorStories,
  ...standbyStories,
  ...agentStories,
  ...administrationStories,
];
