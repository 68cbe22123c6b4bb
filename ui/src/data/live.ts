/** Whether what is shown is alive, and when to ask again: written by whatever follows the events of this node. */
import { signal } from '@preact/signals';
import { nowMs } from '../clock.ts';
import type { Connection } from './rows.ts';

/** Rises when something changed; what shows data asks again. */
export const version = signal(0);
/** Whether something was answered 401: nobody is logged in, or no longer. */
export const needsLogin = signal(false);
export const connection = signal<Connection>({ state: 'connecting', problem: '', heardAt: nowMs() });
