import { doubleText, replyJson } from '../http/json.ts';
import { systemStats } from '../metrics/index.ts';
import { Process } from '../process.ts';

/** `GET /system/stats.json`: load, processors and memory of the machine. */
export class SystemEndpoint extends Process {
  constructor() {
    super('system');
  }

  override initialize(): void {
    this.route(
      '/stats.json',
      (request, reply) => {
        const { cpus_total, mem_total_bytes, mem_free_bytes, ...load } = systemStats();
        const loads = Object.entries(load).map(([name, value]) => `"${name}":${doubleText(value)}`);
        const counts = Object.entries({ cpus_total, mem_free_bytes, mem_total_bytes });
        const texts = [...loads, ...counts.map(([name, value]) => `"${name}":${value}`)];
        replyJson(request, reply, `{${texts.sort().join(',')}}`);
      },
      { help: 'Load, processors and memory of this machine' },
    );
  }
}
