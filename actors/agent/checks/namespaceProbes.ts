/** Probes from within a container's network namespace, where its loopback is: by programs that are started in it. */
import { findProgram } from '../containerizer/programs.ts';
import { runProgram } from '../subprocess.ts';
import type { Abort } from './definition.ts';

/** As Mesos asks: redirects are followed, certificates are not looked at. */
const CURL = ['-s', '-S', '-L', '-k', '-g', '-o', '/dev/null', '-w', '%{http_code}', '--noproxy', '*', '--'];

/** bash opens connections by the names of files; its arguments are the address and the port. */
const CONNECT = 'exec 3<>"/dev/tcp/$1/$2"';

/** The machine's own, of which the container needs to hold nothing: its network alone is entered. */
const PROGRAMS = { http: ['nsenter', 'curl'], tcp: ['nsenter', 'bash'] } as const;

export function canEnter(kind: 'http' | 'tcp'): boolean {
  return PROGRAMS[kind].every((name) => findProgram(name) !== undefined);
}

export function httpWithin(
  namespace: string,
  url: string,
  done: (statusCode: number | undefined) => void,
): Abort {
  return run([`--net=${namespace}`, 'curl', ...CURL, url], (output) => {
    const status = Number(output);
    done(Number.isInteger(status) && status > 0 ? status : undefined);
  });
}

export function tcpWithin(
  namespace: string,
  host: string,
  port: number,
  done: (connected: boolean) => void,
): Abort {
  const words = [`--net=${namespace}`, 'bash', '-c', CONNECT, 'bash', host, String(port)];
  return run(words, (output) => done(output !== undefined));
}

/** @param done with the output, undefined when the program did not end well */
function run(words: readonly string[], done: (output: string | undefined) => void): Abort {
  const abort = new AbortController();
  runProgram('nsenter', words, { signal: abort.signal }).then(done, () => done(undefined));
  return () => abort.abort();
}
