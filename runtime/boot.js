#!/usr/bin/env node
// Starts a node of any role: `node runtime/boot.js --role=master`. The only JavaScript source of the tree: where Node
// reads TypeScript itself the sources run as they are, elsewhere the compiled ones in dist/ do.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const compiled = new URL('../dist/runtime/main.js', import.meta.url);
const source = new URL('./main.ts', import.meta.url);

// An installed package lies below node_modules, where Node strips no types.
const stripsTypes = Boolean(process.features.typescript) && !fileURLToPath(source).includes('/node_modules/');
const entry = stripsTypes && existsSync(source) ? source : compiled;
if (!existsSync(entry)) {
  console.error(
    'mesostate: dist/ is missing; run `npm run build` (or `npm ci`) first, or use Node 22.18 or later',
  );
  process.exit(70);
}
const { main } = await import(entry.href);
await main(process.argv.slice(2), process.env);
