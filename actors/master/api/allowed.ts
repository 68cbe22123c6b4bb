/** Whether who asks an older endpoint may do what it does; the operator API asks the same by its requests. */
import type { Action } from '../../../proto/authorization/index.ts';
import { HttpRefusal } from '../../../runtime/http/refusal.ts';
import type { HttpRequest } from '../../../runtime/index.ts';
import type { MasterParts } from '../parts.ts';

/**
 * @param object role that it is done to; left out where an action has none
 * @throws HttpRefusal 403
 */
export function expectAllowed(
  { authorizer }: MasterParts,
  { principal }: HttpRequest,
  action: Action,
  object?: string,
): void {
  if (authorizer.approver(principal, action)(object)) return;
  throw new HttpRefusal(403, `You may not ${action}${object === undefined ? '' : ` for '${object}'`}`);
}
