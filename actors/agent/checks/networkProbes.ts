/** Probes over the network, from the agent's own process where it can be: no process each, and never more than one a check. */
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import type { Abort } from './definition.ts';
import { canEnter, httpWithin, tcpWithin } from './namespaceProbes.ts';

/** Redirects are followed, as `curl -L` does, this often at most. */
const REDIRECTS_MAX = 50;

/** Each calls its `done` once, from the event loop. */
export interface NetworkProbes {
  /** Whether this machine has the programs to look around in a network namespace. */
  canEnter(kind: 'http' | 'tcp'): boolean;
  /**
   * @param namespace file of a network namespace, which is looked around in by a program; undefined for the agent's own
   * @param done the status of the last answer, undefined when there was none
   */
  http(url: string, namespace: string | undefined, done: (statusCode: number | undefined) => void): Abort;
  tcp(host: string, port: number, namespace: string | undefined, done: (connected: boolean) => void): Abort;
}

export const networkProbes: NetworkProbes = {
  canEnter,
  http: (url, namespace, done) =>
    namespace === undefined ? probeHttp(url, done) : httpWithin(namespace, url, done),
  tcp: (host, port, namespace, done) =>
    namespace === undefined ? probeTcp(host, port, done) : tcpWithin(namespace, host, port, done),
};

function probeHttp(url: string, done: (statusCode: number | undefined) => void): Abort {
  let current: ClientRequest | undefined;
  let over = false;
  const end = (statusCode: number | undefined): void => {
    if (over) return;
    over = true;
    current?.destroy();
    done(statusCode);
  };
  const ask = (target: URL, redirects: number): void => {
    if (over) return;
    const request = target.protocol === 'https:' ? httpsRequest : httpRequest;
    // A task's certificate is nobody's business here, as with `curl -k`.
    current = request(target, { agent: false, rejectUnauthorized: false }, (response) => {
      const next = redirectOf(response, target);
      response.resume();
      if (next === undefined || redirects === 0) end(response.statusCode);
      else ask(next, redirects - 1);
    });
    current.on('error', () => end(undefined));
    current.end();
  };
  try {
    ask(new URL(url), REDIRECTS_MAX);
  } catch {
    setImmediate(() => end(undefined));
  }
  return () => end(undefined);
}

function redirectOf({ statusCode = 0, headers }: IncomingMessage, from: URL): URL | undefined {
  if (statusCode < 300 || statusCode > 399 || headers.location === undefined) return undefined;
  try {
    const next = new URL(headers.location, from);
    return next.protocol === 'http:' || next.protocol === 'https:' ? next : undefined;
  } catch {
    return undefined;
  }
}

function probeTcp(host: string, port: number, done: (connected: boolean) => void): Abort {
  const socket = connect({ host, port });
  let over = false;
  const end = (connected: boolean): void => {
    if (over) return;
    over = true;
    socket.destroy();
    done(connected);
  };
  socket.once('connect', () => end(true));
  socket.once('error', () => end(false));
  return () => end(false);
}
