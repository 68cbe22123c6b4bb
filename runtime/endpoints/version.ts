import { doubleText, replyJson } from '../http/json.ts';
import { Process } from '../process.ts';

/** What was built. `build_time` in seconds since 1970. */
export interface BuildFacts {
  readonly version: string;
  readonly build_date: string;
  readonly build_time: number;
  readonly build_user: string;
  readonly git_tag?: string;
}

/** `GET /version`; names in order, as libprocess has them. */
export class VersionEndpoint extends Process {
  private readonly text: string;

  constructor(build: BuildFacts) {
    super('version');
    const members = Object.entries(build).filter(([, value]) => value !== undefined);
    const texts = members.map(([name, value]) => {
      const text = typeof value === 'number' ? doubleText(value) : JSON.stringify(value);
      return `"${name}":${text}`;
    });
    this.text = `{${texts.sort().join(',')}}`;
  }

  override initialize(): void {
    this.route('/', (request, reply) => replyJson(request, reply, this.text), {
      help: 'What was built, and when',
    });
  }
}
