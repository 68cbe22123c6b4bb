/** The page's texts in Chinese, by the English ones. */
import { cluster } from './cluster.ts';
import { marathonForms } from './marathonForms.ts';
import { sentences } from './sentences.ts';
import { tasks } from './tasks.ts';

export const chinese: Readonly<Record<string, string>> = {
  ...marathonForms,
  ...cluster,
  ...sentences,
  ...tasks,
};
