/** Plugins that compute for ever: they are ended by force, and rest. What is asked under the short limit here never ends by itself. */
import test from 'ava';
import { PluginFailed, Plugins } from '../../../../../actors/framework/marathon/plugins/plugins.ts';
import type { Plugin } from '../../../../../actors/framework/marathon/plugins/points.ts';
import { PluginWatch } from '../../../../../actors/framework/marathon/plugins/watch.ts';
import { virtualPorts } from '../../../../../runtime/virtualPorts.ts';

const forEver = (): never => {
  for (;;);
};

function authorizer(id: string, isAuthorized: () => boolean): Plugin {
  const common = { id, point: 'Authorizer', plugin: 'Authorizer', implementation: 'a.mjs' } as const;
  return { ...common, tags: [], info: {}, hooks: { isAuthorized } };
}

const LEADER = { kind: 'Resource', name: 'Leader' } as const;
const MS = 20;

test('one that never ends is ended, rests, and is asked again', (t) => {
  const { clock } = virtualPorts();
  let asked = 0;
  const plugins = new Plugins(
    [
      authorizer('slow', () => {
        asked++;
        try {
          return forEver();
        } catch {
          return true;
        }
      }),
    ],
    new PluginWatch({ clock, limitMs: MS }),
  );
  const ask = () => plugins.isAuthorized('ann', 'View', LEADER);
  t.throws(ask, {
    instanceOf: PluginFailed,
    message: 'plugin slow: it computed for longer than 20 ms (--plugin_timeout)',
  });
  // On a machine that stood still the time was over before it came to it.
  const before = asked;
  t.throws(ask, { instanceOf: PluginFailed, message: /asked again in 60 s$/ });
  clock.advance(59_500);
  t.throws(ask, { message: /asked again in 1 s$/ });
  t.is(asked, before, 'it rests');
  clock.advance(500);
  t.throws(ask, { message: /longer than 20 ms \(--plugin_timeout\)$/ });
});

test('where many are asked at once the one that never ends is named, and the others do not rest', (t) => {
  const { clock } = virtualPorts();
  const watch = new PluginWatch({ clock, limitMs: MS });
  const message = (): string => {
    const error = t.throws(() =>
      watch.together(() => {
        watch.ask('quick', () => true);
        return watch.ask('slow', forEver);
      }),
    );
    return error.message;
  };
  // On a machine that stands still for that long the time is over before it comes to the slow one.
  let said = message();
  while (!said.startsWith('plugin slow: ')) {
    clock.advance(60_000);
    said = message();
  }
  t.is(said, 'plugin slow: it computed for longer than 20 ms (--plugin_timeout)');
  t.throws(() => watch.ask('slow', forEver), { message: /asked again/ });
  t.throws(() => watch.ask('quick', forEver), { message: /^it computed for longer than/ }, 'it was asked');
});

test('what a plugin throws is what is thrown', (t) => {
  const { clock } = virtualPorts();
  const watch = new PluginWatch({ clock, limitMs: 600_000 });
  const error = new TypeError('oops');
  const fail = (): never => {
    throw error;
  };
  t.is(
    t.throws(() => watch.ask('a', fail)),
    error,
  );
  t.is(
    t.throws(() => watch.together(() => watch.ask('a', fail))),
    error,
  );
  t.is(
    watch.together(() => watch.ask('a', () => 5)),
    5,
  );
});
