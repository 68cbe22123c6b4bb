/** Reads `--plugin_conf` and the modules it names below `--plugin_dir` (spec: marathon.md §30). */
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { realPorts } from '../../../../runtime/realPorts.ts';
import { StartError } from '../../../../runtime/startError.ts';
import { isObject } from '../model/schema.ts';
import { PLUGIN_TIMEOUT_MS, Plugins } from './plugins.ts';
import { type Plugin, POINTS, type Point } from './points.ts';
import { PluginWatch, type PluginWatchOptions } from './watch.ts';

/** Upstream's exit code of a plugin that cannot be used. */
const EXIT_PLUGIN = 102;

type Conf = Readonly<Record<string, unknown>>;

/**
 * `{"plugins":{"ID":{"plugin":"…Authorizer","implementation":"acl.mjs","enabled":true,"configuration":{},"tags":[],"info":{}}}}`. A module's
 * default export is the plugin, or a function that makes it of its configuration.
 *
 * @throws StartError (by rejection) naming the plugin and what was wrong
 */
export async function loadPlugins(
  dir: string | undefined,
  conf: string | undefined,
  watch: PluginWatchOptions = { clock: realPorts().clock, limitMs: PLUGIN_TIMEOUT_MS },
): Promise<Plugins> {
  if (conf === undefined && dir === undefined) return Plugins.none();
  if (conf === undefined || dir === undefined)
    throw refused('--plugin_dir, --plugin_conf: expected both of them, or neither');
  const plugins: Plugin[] = [];
  for (const [id, entry] of entriesOf(conf)) {
    if (!isObject(entry)) throw refused(`--plugin_conf: ${id}: expected an object`);
    if (entry['enabled'] !== false) plugins.push(await loadOne(dir, id, entry));
  }
  return new Plugins(plugins, new PluginWatch(watch));
}

function entriesOf(conf: string): [string, unknown][] {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(conf, 'utf8'));
  } catch (error) {
    throw refused(`--plugin_conf: ${conf}: ${(error as Error).message}`);
  }
  if (!isObject(document) || !isObject(document['plugins']))
    throw refused(`--plugin_conf: ${conf}: expected {"plugins":{…}}`);
  return Object.entries(document['plugins']);
}

async function loadOne(dir: string, id: string, entry: Conf): Promise<Plugin> {
  const { plugin, implementation, configuration = {}, tags = [], info = {} } = entry;
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(id))
    throw refused(`--plugin_conf: '${id}': expected letters, digits, dots and dashes`);
  const name = typeof plugin === 'string' ? (plugin.split('.').at(-1) ?? '') : '';
  const point = (Object.keys(POINTS) as Point[]).find((each) => each === name);
  if (point === undefined)
    throw refused(
      `--plugin_conf: ${id}.plugin: expected one of ${Object.keys(POINTS).join(', ')}, got ${JSON.stringify(plugin)}`,
    );
  if (typeof implementation !== 'string')
    throw refused(`--plugin_conf: ${id}.implementation: expected a module below --plugin_dir`);
  const hooks = await hooksOf(dir, id, implementation, configuration);
  if (typeof hooks?.[POINTS[point]] !== 'function')
    throw refused(`--plugin_conf: ${id}: ${implementation} has no function '${POINTS[point]}'`);
  return {
    id,
    point,
    implementation,
    plugin: String(plugin),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    info: isObject(info) ? info : {},
    // Its function was looked at just above.
    hooks: hooks as unknown as Plugin['hooks'],
  } as Plugin;
}

async function hooksOf(
  dir: string,
  id: string,
  implementation: string,
  configuration: unknown,
): Promise<Conf | undefined> {
  try {
    const root = realpathSync(dir);
    const file = realpathSync(path.resolve(root, implementation));
    if (!file.startsWith(`${root}${path.sep}`)) throw new Error('it is not below --plugin_dir');
    const { default: exported } = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
    const made: unknown =
      typeof exported === 'function' ? (exported as (given: unknown) => unknown)(configuration) : exported;
    return isObject(made) ? made : undefined;
  } catch (error) {
    throw refused(`--plugin_conf: ${id}: ${implementation}: ${(error as Error).message.split('\n')[0]}`);
  }
}

function refused(message: string): StartError {
  return new StartError(message, EXIT_PLUGIN);
}
