/** Whatever the page writes or says goes through `t`: words that stand in the markup itself stay English for who reads Chinese. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { parseAst } from 'vite';
import { repositoryRoot } from '../support/processes.ts';

const SOURCES = path.join(repositoryRoot, 'ui/src');
/** Attributes of HTML that are read out or shown. */
const SPOKEN = new Set(['aria-label', 'title', 'placeholder', 'alt']);
/** Names of files, languages, notations: the same for everybody. */
const SAME = /^(stdout|stderr|ID|\/metrics|English|中文|cpus:1;.*)$/;

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

function partsOf(node: Node): Node[] {
  return Object.values(node).flat().filter(isNode);
}

/** Literal words that an expression may come to be; what is called makes its own. */
function wordsIn(node: unknown): string[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'JSXText':
    case 'Literal':
      return typeof node['value'] === 'string' ? [node['value'].trim()] : [];
    case 'TemplateElement':
      return [(node['value'] as { readonly raw: string }).raw.trim()];
    case 'TemplateLiteral':
      return (node['quasis'] as readonly Node[]).flatMap(wordsIn);
    case 'ConditionalExpression':
      return [...wordsIn(node['consequent']), ...wordsIn(node['alternate'])];
    case 'LogicalExpression':
      return [...(node['operator'] === '&&' ? [] : wordsIn(node['left'])), ...wordsIn(node['right'])];
    case 'JSXExpressionContainer':
      return wordsIn(node['expression']);
    default:
      return [];
  }
}

/** What a piece of markup writes itself, or has read out. */
function writtenBy(node: Node): string[] {
  if (node.type === 'JSXElement' || node.type === 'JSXFragment')
    return (node['children'] as readonly Node[]).flatMap(wordsIn);
  if (node.type !== 'JSXOpeningElement') return [];
  const { name } = node['name'] as { readonly name?: string };
  // A component passes its attributes on through `t`.
  if (name === undefined || /^[A-Z]/.test(name)) return [];
  return (node['attributes'] as readonly Node[]).flatMap((attribute) => {
    const { name: of } = (attribute['name'] ?? {}) as { readonly name?: string };
    return of !== undefined && SPOKEN.has(of) ? wordsIn(attribute['value']) : [];
  });
}

function written(node: Node): string[] {
  return [...writtenBy(node), ...partsOf(node).flatMap(written)];
}

test('no words stand in the markup of the page', (t) => {
  const found: string[] = [];
  let files = 0;
  for (const name of readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('.tsx')) continue;
    files += 1;
    const tree: unknown = parseAst(readFileSync(path.join(SOURCES, name), 'utf8'), { lang: 'tsx' });
    if (!isNode(tree)) throw new Error(`${name} is not parsed`);
    const words = written(tree).filter((text) => /\p{L}{2}/u.test(text) && !SAME.test(text));
    found.push(...words.map((text) => `${name}: ${text}`));
  }
  t.true(files > 60);
  t.deepEqual(found, []);
});
