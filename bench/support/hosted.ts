/** A framework in the bench's own program, before a master that is a process of its own. */
import { type FrameworkDefinition, hostFramework } from '../../actors/framework/index.ts';
import { FrameworkInfoCapabilityType } from '../../proto/index.ts';
import { mesosCodec } from '../../proto/messageCodec.ts';
import { listen } from '../../runtime/index.ts';

const { MULTI_ROLE, PARTITION_AWARE, RESERVATION_REFINEMENT } = FrameworkInfoCapabilityType;

export interface Hosted {
  /** Resolves when the framework has left its master and the port is free. */
  end(): Promise<void>;
}

/** @param port of the master, on this machine @param user whose tasks they are */
export async function hostBench(
  definition: FrameworkDefinition,
  port: number,
  user: string,
): Promise<Hosted> {
  const listening = await listen({ codec: mesosCodec });
  const framework = hostFramework(listening.node, {
    definition,
    framework: {
      user,
      name: 'bench',
      checkpoint: true,
      failover_timeout: 60,
      roles: ['*'],
      capabilities: [MULTI_ROLE, PARTITION_AWARE, RESERVATION_REFINEMENT].map((type) => ({ type })),
    },
    master: { host: '127.0.0.1', port },
    options: {},
    print: () => {},
  });
  return {
    end: async () => {
      framework.finish({ exitCode: 0 });
      await framework.ended;
      await listening.shutdown();
    },
  };
}
