import test from 'ava';
import { newsOf, type Readable } from '../../../cli/find/growing.ts';
import { Problem } from '../../../cli/problem.ts';

/** A folder of files, read in pieces of four bytes. */
function folder(files: Record<string, string>): Readable {
  return {
    read: async (name, offset) => {
      const text = files[name];
      if (text === undefined) throw new Problem(`there is no file ${name}`);
      return { size: text.length, data: Buffer.from(text.slice(offset, offset + 4)) };
    },
  };
}

async function news(sandbox: Readable, place: { offset: number }): Promise<string> {
  let text = '';
  for await (const data of newsOf(sandbox, 'stdout', place)) text += Buffer.from(data).toString();
  return text;
}

test('a file that grows is read on; of one that was rotated the rest, then what is new', async (t) => {
  const files: Record<string, string> = { stdout: 'one two three' };
  const [sandbox, place] = [folder(files), { offset: 0 }];
  t.is(await news(sandbox, place), 'one two three');
  t.is(await news(sandbox, place), '');
  files['stdout'] += ' four';
  t.is(await news(sandbox, place), ' four');
  files['stdout.1'] = `${files['stdout']} five six`;
  files['stdout'] = ' seven';
  t.is(await news(sandbox, place), ' five six seven');
  t.is(place.offset, ' seven'.length);
});

test('where no old files are kept, what is new is all there is', async (t) => {
  const place = { offset: 10 };
  t.is(await news(folder({ stdout: 'new' }), place), 'new');
  const broken = { read: () => Promise.reject(new Problem('nobody there', 69)) };
  await t.throwsAsync(news(broken, place), { message: 'nobody there' });
});
