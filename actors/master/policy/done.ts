/** How changes that an operator asks for are answered. */
import type { HttpRefusal } from '../../../runtime/http/refusal.ts';

/**
 * Told once, when the registry has answered: undefined when the change is durable and in force, or why it is not made. What is
 * wrong with the request itself is thrown as an HttpRefusal before anything is begun.
 */
export type Done = (refusal?: HttpRefusal) => void;
