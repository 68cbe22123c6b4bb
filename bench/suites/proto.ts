/** Encoding and decoding a status update, the message a busy cluster sends most, beside JSON doing the same. */
import { decode, encode } from '../../proto/index.ts';
import { measure, publish } from '../support/figures.ts';

const NAME = 'mesos.internal.StatusUpdateMessage';
const BATCH = 100;
const id = (value: string) => ({ value });

const message = {
  update: {
    framework_id: id('1ce0d7fd-3d8a-4a2f-9f11-0d1f2a6a77e2-0000'),
    executor_id: id('job-17.1'),
    slave_id: id('1ce0d7fd-3d8a-4a2f-9f11-0d1f2a6a77e2-S3'),
    status: {
      task_id: id('job-17.1'),
      state: 1,
      source: 2,
      agent_id: id('1ce0d7fd-3d8a-4a2f-9f11-0d1f2a6a77e2-S3'),
      executor_id: id('job-17.1'),
      timestamp: 1_795_173_349.25,
      uuid: new Uint8Array(16).fill(9),
    },
    timestamp: 1_795_173_349.25,
    uuid: new Uint8Array(16).fill(9),
    latest_state: 1,
  },
  pid: 'slave(1)@127.0.0.1:5051',
};
const bytes = encode(NAME, message);
const text = JSON.stringify(message);

function times(run: () => unknown): () => void {
  return () => {
    for (let i = 0; i < BATCH; i++) run();
  };
}

publish(
  await measure('protobuf', [
    {
      name: 'encode, JSON.stringify',
      unit: 'messages/s',
      size: BATCH,
      run: times(() => JSON.stringify(message)),
    },
    {
      name: 'encode a status update',
      unit: 'messages/s',
      size: BATCH,
      beside: 'encode, JSON.stringify',
      run: times(() => encode(NAME, message)),
    },
    { name: 'decode, JSON.parse', unit: 'messages/s', size: BATCH, run: times(() => JSON.parse(text)) },
    {
      name: 'decode a status update',
      unit: 'messages/s',
      size: BATCH,
      beside: 'decode, JSON.parse',
      run: times(() => decode(NAME, bytes)),
    },
  ]),
);
