/** Texts of the page in another language, and what is no text of it. */
import test from 'ava';
import { textFrom } from '../../ui/src/texts.ts';

const TABLE = { Tasks: '任务', '{count} now': '现在 {count} 个' };

test('what the table has is told in its words, with values in their places; all else stays as it is', (t) => {
  t.is(textFrom(TABLE, 'Tasks', {}), '任务');
  t.is(textFrom(TABLE, '{count} now', { count: 3 }), '现在 3 个');
  t.is(textFrom(TABLE, 'my label', {}), 'my label');
  t.is(textFrom(TABLE, '{count} now', {}), '现在 {count} 个');
});

test('a label or a container may be called as members that every object has', (t) => {
  for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
    t.is(textFrom(TABLE, name, {}), name);
    t.is(textFrom({}, `{${name}}`, {}), `{${name}}`);
  }
});
