/**
 * Resources in the notation of the tests: the text grammar of Mesos, and beyond it `{REV}` for revocable ones,
 * `[id:/path]` for persistent volumes and `<SHARED>`, as in `disk(r)[id1:/data]<SHARED>:64`.
 */
import type { Resource } from '../../../proto/generated/types/v1.ts';
import { parseResourceMessages, Resources } from '../../../proto/resources/index.ts';

export function bag(text: string): Resources {
  return Resources.of(messages(text));
}

export function messages(text: string): Resource[] {
  return text
    .split(';')
    .filter((item) => item.trim() !== '')
    .flatMap(item);
}

function item(text: string): Resource[] {
  const volume = /\[(\w+):(\/[^\]]*)\]/.exec(text);
  const plain = text
    .replace(/\[\w+:\/[^\]]*\]/, '')
    .replace('{REV}', '')
    .replace('<SHARED>', '');
  return parseResourceMessages(plain).map((resource) => ({
    ...resource,
    ...(text.includes('{REV}') ? { revocable: {} } : {}),
    ...(text.includes('<SHARED>') ? { shared: {} } : {}),
    ...(volume === null ? {} : { disk: disk(volume[1] ?? '', volume[2] ?? '') }),
  }));
}

function disk(id: string, path: string): NonNullable<Resource['disk']> {
  return { persistence: { id }, volume: { mode: 1, container_path: path } };
}
