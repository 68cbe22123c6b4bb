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

/** `GET /version`. */
export class VersionEndpoint extends Process {
  private readonly text: string;

  constructor(build: BuildFacts) {
    super('version');
    const { build_time, ...rest } = build;
    this.text = `${JSON.stringify(rest).slice(0, -1)},"build_time":${doubleText(build_time)}}`;
  }

  override initialize(): void {
    this.route('/', (request, reply) => replyJson(request, reply, this.text), {
      help: 'What was built, and when',
    });
  }
}
