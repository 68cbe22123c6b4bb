/** All machines of Mesostate, for pages, documents and tests. */
import { agentEntries } from './catalogue/agent.ts';
import type { CatalogueEntry } from './catalogue/entry.ts';
import { everywhereEntries } from './catalogue/everywhere.ts';
import { frameworksEntries } from './catalogue/frameworks.ts';
import { masterEntries } from './catalogue/master.ts';

export type { CatalogueEntry } from './catalogue/entry.ts';

export const catalogue: readonly CatalogueEntry[] = [
  ...masterEntries,
  ...agentEntries,
  ...frameworksEntries,
  ...everywhereEntries,
];
