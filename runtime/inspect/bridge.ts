/**
 * `/__inspect__` as a page: the hosted Stately inspector in a frame, fed from the WebSocket of the same address. The inspector
 * takes events as messages of the page around it, once it has said that it is there.
 */
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import { Process } from '../process.ts';

/** Where the inspector of `@statelyai/inspect` lives. */
const INSPECTOR_ORIGIN = 'https://stately.ai';

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Charts of this node</title><link rel="stylesheet" href="/__inspect__/bridge.css">
<script src="/__inspect__/bridge.js"></script></head>
<body><iframe id="inspector" title="Stately inspector" src="${INSPECTOR_ORIGIN}/inspect"></iframe><p id="state"></p></body>
</html>
`;

const STYLE = `* { margin: 0; padding: 0 }
html, body { height: 100%; font: 14px sans-serif }
iframe { width: 100%; height: 100%; border: 0 }
p { position: fixed; right: 8px; bottom: 8px }
`;

/**
 * Events that come before the inspector is there wait, the newest ones only. It runs before there is a frame: the inspector says but once
 * that it is there.
 */
const SCRIPT = `'use strict';
const part = (id) => document.getElementById(id);
const waiting = [];
let connected = false;
const tell = (event) => part('inspector').contentWindow.postMessage(event, '${INSPECTOR_ORIGIN}');
addEventListener('message', ({ source, origin, data }) => {
  if (source !== part('inspector').contentWindow || origin !== '${INSPECTOR_ORIGIN}') return;
  if (data?.type !== '@statelyai.connected') return;
  connected = true;
  for (const event of waiting.splice(0)) tell(event);
});
const socket = new WebSocket(location.href.replace(/^http/, 'ws').replace(/#.*$/, ''));
socket.onmessage = ({ data }) => {
  const event = JSON.parse(data);
  if (connected) tell(event);
  else if (waiting.push(event) > 5000) waiting.shift();
};
socket.onclose = () => { part('state').textContent = 'The node has ended the stream: load this page again.'; };
`;

const HEADERS = {
  'Content-Security-Policy': `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src ${INSPECTOR_ORIGIN}; frame-ancestors 'none'; base-uri 'none'`,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Spawned where `--inspect` was given: nothing of a node goes to another site unless it was asked for. */
export class InspectBridge extends Process {
  constructor() {
    super('__inspect__');
  }

  override initialize(): void {
    const answer = (type: string, text: string) => (request: HttpRequest, reply: HttpReply) => {
      if (request.rest === '') reply.send(200, text, { 'Content-Type': type, ...HEADERS });
      else reply.text(404, `There is nothing at '${request.path}' here`);
    };
    const own = { realm: 'readonly' };
    this.route('/', answer('text/html; charset=utf-8', PAGE), {
      ...own,
      help: 'The hosted Stately inspector',
    });
    this.route('/bridge.js', answer('text/javascript; charset=utf-8', SCRIPT), own);
    this.route('/bridge.css', answer('text/css; charset=utf-8', STYLE), own);
  }
}
