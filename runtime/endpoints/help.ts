import { replyJson } from '../http/json.ts';
import type { HttpReply } from '../http/reply.ts';
import type { HttpRequest } from '../http/request.ts';
import type { Route } from '../process.ts';
import { Process } from '../process.ts';

interface ProcessHelp {
  readonly id: string;
  readonly endpoints: { readonly name: string; readonly text: string }[];
}

/** Programs whose users read text: they get Markdown, as from libprocess. */
const TERMINALS = /curl|HTTPie/i;

/** `/help`, `/help/<id>`, `/help/<id>/<name>`: generated from the routes, so that it never lies. */
export class Help extends Process {
  constructor() {
    super('help');
  }

  override initialize(): void {
    this.route('/', (request, reply) => this.answer(request, reply), { help: 'This list' });
  }

  private answer(request: HttpRequest, reply: HttpReply): void {
    const [id, ...name] = request.rest.split('/').filter((part) => part !== '');
    const all = this.collect();
    const chosen = id === undefined ? all : all.filter((process) => process.id === id);
    const path = `/${name.join('/')}`;
    const narrowed =
      name.length === 0
        ? chosen
        : chosen.map((one) => ({
            ...one,
            endpoints: one.endpoints.filter((endpoint) => endpoint.name === path),
          }));
    if (narrowed.length === 0 || (name.length > 0 && narrowed[0]?.endpoints.length === 0)) {
      reply.text(400, `No help for '${request.rest}'`);
    } else if (request.query.get('format') === 'json') {
      replyJson(request, reply, JSON.stringify({ processes: narrowed }));
    } else if (TERMINALS.test(request.headers['user-agent'] ?? '')) {
      reply.send(200, markdown(narrowed), { 'Content-Type': 'text/x-markdown' });
    } else {
      reply.send(200, html(narrowed), { 'Content-Type': 'text/html' });
    }
  }

  private collect(): ProcessHelp[] {
    return this.node
      .list()
      .filter((mailbox) => mailbox.process.routes.size > 0)
      .map((mailbox) => ({
        id: mailbox.pid.id,
        endpoints: [...mailbox.process.routes.values()].map((route) => ({
          name: route.path === '' ? '/' : route.path,
          text: textOf(route),
        })),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function textOf(route: Route): string {
  return route.help ?? '';
}

function markdown(processes: readonly ProcessHelp[]): string {
  const parts = processes.map(({ id, endpoints }) => {
    const rows = endpoints.map(
      ({ name, text }) => `- \`/${id}${name === '/' ? '' : name}\`${text ? `: ${text}` : ''}`,
    );
    return [`## ${id}`, '', ...rows].join('\n');
  });
  return `# Endpoints\n\n${parts.join('\n\n')}\n`;
}

function html(processes: readonly ProcessHelp[]): string {
  const parts = processes.map(({ id, endpoints }) => {
    const rows = endpoints.map(({ name, text }) => {
      const path = `/${id}${name === '/' ? '' : name}`;
      return `<li><a href="${escaped(encodeURI(path))}"><code>${escaped(path)}</code></a> ${escaped(text)}</li>`;
    });
    return `<h2>${escaped(id)}</h2>\n<ul>\n${rows.join('\n')}\n</ul>`;
  });
  const body = `<h1>Endpoints</h1>\n${parts.join('\n')}`;
  return `<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>Endpoints</title>\n<body>\n${body}\n</body></html>\n`;
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
