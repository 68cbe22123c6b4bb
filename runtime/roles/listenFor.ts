import { lookup } from 'node:dns/promises';
import os from 'node:os';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { buildFacts } from '../build.ts';
import { spawnEndpoints } from '../endpoints/index.ts';
import { InspectBridge } from '../inspect/bridge.ts';
import { INSPECT_PATH } from '../inspect/socket.ts';
import { type ListeningNode, listen } from '../listen.ts';
import type { Logger } from '../logging/index.ts';
import { measurePauses } from '../loop/pauses.ts';
import { addressText } from '../pid.ts';
import { ExitCode, StartError } from '../startError.ts';
import type { CommonValues } from './role.ts';
import { type SecurityValues, securityOf } from './security.ts';

export interface Where extends SecurityValues, Pick<CommonValues, 'advertise_ip' | 'advertise_port'> {
  readonly ip: string | undefined;
  readonly port: number;
  /** Whether to print where its charts can be watched. */
  readonly inspect?: boolean | undefined;
  /** Process that paths of unknown first token belong to. */
  readonly delegateId?: string;
}

/** Why a port cannot be had, in words. */
const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/**
 * A listening node that speaks the cluster's messages and serves what every node serves.
 * @throws StartError naming address and reason
 */
export async function listenFor(where: Where, log: Logger): Promise<ListeningNode> {
  const host = where.ip ?? '127.0.0.1';
  const security = securityOf(where);
  const own = where.advertise_ip ?? (await addressOf(host));
  try {
    const listening = await listen({
      host,
      port: where.port,
      advertise: {
        ...(own !== undefined && { host: own }),
        ...(where.advertise_port !== undefined && { port: where.advertise_port }),
      },
      ...security,
      codec: mesosCodec,
      log,
      ...(where.delegateId !== undefined && { delegateId: where.delegateId }),
    });
    spawnEndpoints(listening.node, buildFacts(), { snapshotRate: where.metrics_snapshot_rate_limit });
    const { pauses, metrics, clock } = listening.node;
    const endPauses = measurePauses(pauses, metrics, clock);
    if (where.inspect === true) {
      listening.node.spawn(new InspectBridge());
      const at = `${addressText(listening.node.address)}${INSPECT_PATH}?actor=*`;
      const s = security.tls === undefined ? '' : 's';
      process.stdout.write(`inspect ws${s}://${at} (createWebSocketReceiver reads it)\n`);
      process.stdout.write(`inspect http${s}://${at} (a page with the hosted Stately inspector)\n`);
    }
    return {
      node: listening.node,
      shutdown: () => {
        endPauses();
        return listening.shutdown();
      },
    };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === undefined ? message : (REASONS[code] ?? message);
    throw new StartError(
      `cannot listen on ${host}:${where.port}: ${reason}${code === undefined ? '' : ` (${code})`}`,
      ExitCode.unavailable,
    );
  }
}

/**
 * The address told to others by a node that listens on all: that of the machine's name, as libprocess has it.
 * @returns undefined for a node that listens on one address, which is the one to tell
 */
async function addressOf(listened: string): Promise<string | undefined> {
  if (listened !== '0.0.0.0' && listened !== '::') return undefined;
  const name = os.hostname();
  try {
    return (await lookup(name, { family: listened === '::' ? 6 : 4 })).address;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new StartError(
      `--ip=${listened}: which address to tell others? The machine's name '${name}' has none (${code}): give --advertise_ip`,
      ExitCode.usage,
    );
  }
}
