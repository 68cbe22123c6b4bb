/** What a turn has to say to a peer leaves in one write: first who watches whom, then the envelopes. */
import test from 'ava';
import { type Pid, Process } from '../../../runtime/index.ts';
import type { ChannelEvents } from '../../../runtime/transport/channel.ts';
import { controlFrame, FrameKind, helloFrame, readControl } from '../../../runtime/transport/frame.ts';
import { simulatedWorld } from '../../support/world.ts';

class Watcher extends Process<{ say: string }> {
  both(pid: Pid, then: () => void = () => undefined): void {
    this.dispatch(() => {
      this.send(pid, 'say', 'x');
      this.link(pid);
      then();
    });
  }
  forsake(pid: Pid): void {
    this.dispatch(() => this.unlink(pid));
  }
}

/** A watcher whose peer is the test. */
function linked() {
  const world = simulatedWorld();
  let events: ChannelEvents | undefined;
  /** Frames, by the writes they left in. */
  const writes: Uint8Array[][] = [];
  let open: Uint8Array[] | undefined;
  const transport = {
    dial: (_to: unknown, given: ChannelEvents) => {
      events = given;
      return {
        remoteHost: undefined,
        bufferedBytes: 0,
        together: (write: () => void) => {
          open = [];
          write();
          if (open.length > 0) writes.push(open);
          open = undefined;
        },
        send: (frame: Uint8Array) => {
          if (open === undefined) writes.push([Uint8Array.from(frame)]);
          else open.push(Uint8Array.from(frame));
        },
        cut: () => undefined,
        close: () => undefined,
      };
    },
  };
  const node = world.node(1, { transport });
  const watcher = new Watcher('watcher');
  node.spawn(watcher);
  world.settle();
  const far = world.node(2).pid('far');
  const meet = (): void => {
    events?.opened();
    events?.frame(helloFrame({ version: 1, host: '10.0.0.1', port: 2, incarnation: 'them' }));
    world.settle();
  };
  const kinds = (): (number | undefined)[][] => writes.map((frames) => frames.map((frame) => frame[0]));
  return { ...world, watcher, far, meet, kinds, writes, hear: (frame: Uint8Array) => events?.frame(frame) };
}

const { hello, control, envelopes } = FrameKind;

test('a watch and a message of one turn', (t) => {
  const { watcher, far, meet, kinds, settle } = linked();
  watcher.both(far);
  settle();
  t.deepEqual(kinds(), []);
  meet();
  t.deepEqual(kinds(), [[hello], [control, envelopes]], 'what waited for the handshake');
  watcher.forsake(far);
  settle();
  watcher.both(far);
  settle();
  t.deepEqual(kinds().slice(2), [[control], [control, envelopes]]);
});

test('an answer to a ping does not wait for the end of a turn, and overtakes no watch that was asked before', (t) => {
  const { watcher, far, meet, kinds, writes, settle, hear } = linked();
  watcher.both(far);
  settle();
  meet();
  watcher.forsake(far);
  settle();
  const before = writes.length;
  watcher.both(far, () => hear(controlFrame({ op: 'ping' })));
  settle();
  t.deepEqual(kinds().slice(before), [[control], [control], [envelopes]]);
  const said = writes.slice(before, before + 2).flat();
  t.deepEqual(
    said.map((frame) => readControl(frame).op),
    ['link', 'pong'],
  );
});
