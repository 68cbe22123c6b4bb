/** Reads parts of files in sandboxes, from agents' `/files/read` over the network. */
import http from 'node:http';
import https from 'node:https';
import { clientTls, type TlsOptions } from '../../../runtime/security/tls.ts';
import type { OutputReader } from './jobOutputs.ts';

/** An agent that says nothing for this long is asked again another time, in milliseconds. */
const SILENCE_MS_MAX = 10_000;
/** As JSON a part may be several times as large. */
const ANSWER_BYTES_MAX = 1_048_576;

/** @param tls as this node speaks to others; undefined: plain HTTP */
export function agentFiles(tls: TlsOptions | undefined): OutputReader {
  return ({ address, path, offset, length }, done) => {
    const at = address.lastIndexOf(':');
    const query = new URLSearchParams({ path, offset: String(offset), length: String(length) });
    const options = {
      host: address.slice(0, at),
      port: Number(address.slice(at + 1)),
      path: `/files/read?${query.toString()}`,
      timeout: SILENCE_MS_MAX,
    };
    const asked =
      tls === undefined ? http.request(options) : https.request({ ...options, ...clientTls(tls) });
    let over = false;
    const once = (text: string | undefined): void => {
      if (over) return;
      over = true;
      asked.destroy();
      done(dataOf(text));
    };
    asked.once('response', (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        if (text.length > ANSWER_BYTES_MAX) once(undefined);
      });
      response.once('end', () => once(response.statusCode === 200 ? text : undefined));
      response.once('error', () => once(undefined));
    });
    asked.once('timeout', () => once(undefined));
    asked.once('error', () => once(undefined));
    asked.end();
  };
}

function dataOf(text: string | undefined): { readonly data: string } | undefined {
  if (text === undefined) return undefined;
  try {
    const { data } = JSON.parse(text) as { readonly data?: unknown };
    return typeof data === 'string' ? { data } : undefined;
  } catch {
    return undefined;
  }
}
