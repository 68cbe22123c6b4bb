/**
 * A resource provider as its agent sees it (spec: agent.md §15).
 *
 * Its id is written down before it hears of it, so that it is known when it comes back, also after the agent's process was another. What it
 * brings counts from when it has told of it until its stream ends.
 */
import { setup } from 'xstate';

export type ResourceProviderEvent =
  /** An earlier run of the agent had admitted it. */
  | { readonly type: 'RECOVERED' }
  /** Its id is on disk. */
  | { readonly type: 'ADMITTED' }
  /** It came back with its id. */
  | { readonly type: 'SUBSCRIBED' }
  /** It told which resources and operations it has. */
  | { readonly type: 'STATE_TOLD' }
  /** Its stream is closed, or another took its place. */
  | { readonly type: 'DISCONNECTED' }
  /** An operator marks it gone. */
  | { readonly type: 'REMOVAL_REQUESTED' }
  /** That it is gone is on disk. */
  | { readonly type: 'REMOVED' };

export const resourceProviderMachine = setup({
  types: {} as {
    events: ResourceProviderEvent;
    tags: 'connected' | 'providing' | 'removable' | 'terminal';
    meta: { description: string };
  },
}).createMachine({
  id: 'resourceProvider',
  initial: 'admitting',
  options: { maxIterations: 10 },
  states: {
    admitting: {
      meta: { description: 'The id of the provider is being written down.' },
      on: { RECOVERED: 'away', ADMITTED: 'subscribed' },
    },
    subscribed: {
      tags: ['connected', 'removable'],
      meta: { description: 'The provider has a stream and has not told what it has.' },
      on: { STATE_TOLD: 'providing', DISCONNECTED: 'away', REMOVAL_REQUESTED: 'removing' },
    },
    providing: {
      tags: ['connected', 'providing', 'removable'],
      meta: { description: 'What the provider has is part of what the agent has.' },
      on: { STATE_TOLD: {}, DISCONNECTED: 'away', REMOVAL_REQUESTED: 'removing' },
    },
    away: {
      tags: ['removable'],
      meta: { description: 'The provider is known and has no stream; it may come back.' },
      on: { SUBSCRIBED: 'subscribed', REMOVAL_REQUESTED: 'removing' },
    },
    removing: {
      meta: { description: 'That the provider is gone is being written down.' },
      on: { REMOVED: 'gone' },
    },
    gone: {
      type: 'final',
      tags: ['terminal'],
      meta: { description: 'The provider was marked gone and cannot come back.' },
    },
  },
});
