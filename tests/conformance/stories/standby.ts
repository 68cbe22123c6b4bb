/** A master that does not lead (v1-scheduler-api.md §2.1). */
import { at, get, jsonCall, send } from '../client.ts';
import type { Story } from '../story.ts';

const REDIRECTED = `/state /state-summary /slaves /frameworks /tasks /roles /weights /quota /maintenance/schedule /maintenance/status
  /machine/up /machine/down /reserve /unreserve /create-volumes /destroy-volumes /teardown /api/v1 /api/v1/scheduler`;

const redirects: Story = {
  name: 'a standby sends to the leader, by the whole path and before it looks at the method, and answers what is its own',
  needs: ['standby'],
  run: async ({ master, standby = '' }, findings) => {
    const own = await get(`${master}/redirect`);
    const authority = String(own.headers.location);
    findings.that('the leader’s own /redirect', /^\/\/[^/]+:\d+$/.test(authority), authority);
    for (const path of REDIRECTED.split(/\s+/)) {
      const answer = await get(`${standby}${path}?x=1`);
      findings.same(`GET ${path}`, [answer.status, answer.text], [307, '']);
      findings.same(`GET ${path} leads to`, answer.headers.location, `${authority}/master${path}?x=1`);
    }
    const posted = await send(`${standby}/api/v1/scheduler`, jsonCall({ type: 'SUBSCRIBE' }));
    findings.same('POST', [posted.status, posted.headers['content-length']], [307, '0']);
    findings.same('/redirect', (await get(`${standby}/redirect`)).headers.location, authority);
    findings.same('/redirect/x', (await get(`${standby}/redirect/x`)).status, 404);
    for (const path of [
      '/health',
      '/version',
      '/flags',
      '/metrics/snapshot',
      '/logging/toggle',
      '/system/stats.json',
    ])
      findings.same(path, (await get(`${standby}${path}`)).status, 200);
    const metrics: unknown = JSON.parse((await get(`${standby}/metrics/snapshot`)).text);
    findings.same('master/elected', at(metrics, 'master/elected'), 0);
  },
};

export const standbyStories: readonly Story[] = [redirects];
