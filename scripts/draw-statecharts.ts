/** Draws every machine of the catalogue into docs/statecharts.md, as Mermaid: `npm run draw`. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { packageRoot } from '../runtime/build.ts';
import { catalogue } from '../statecharts/catalogue.ts';
import { chartsDocument } from './statechartsDocument.ts';

writeFileSync(path.join(packageRoot, 'docs', 'statecharts.md'), chartsDocument(catalogue));
