/** `/api/v1` of the master: which call it is, whether it can be read, and whose it is to answer (v1-operator-api.md §2.1). */
import { answerTypeOf, bodyNameOf, readPosted } from '../../../../proto/api/readCall.ts';
import { enumName, type MasterCall, MasterCallType } from '../../../../proto/index.ts';
import { HttpRefusal, refusable } from '../../../../runtime/http/refusal.ts';
import type { HttpHandler } from '../../../../runtime/index.ts';
import type { MasterParts } from '../../parts.ts';
import { type OperatorCalls, OperatorRequest } from './call.ts';

/** The checks that are left once the master is known to lead: method, types, form; then the call's own handler. */
export function operatorApi(parts: MasterParts, calls: OperatorCalls): HttpHandler {
  return refusable((request, reply) => {
    const call = readPosted('mesos.v1.master.Call', request);
    if (call.type === undefined) throw invalid("Expecting 'type' to be present");
    const name = enumName(MasterCallType, call.type);
    const entry = calls[name as keyof typeof MasterCallType];
    const needs = entry === undefined ? bodyNameOf('mesos.v1.master.Call', name) : entry.needs;
    if (needs !== undefined && call[needs as keyof MasterCall] === undefined)
      throw invalid(`Expecting '${needs}' to be present`);
    const answerType = answerTypeOf(request);
    if (entry === undefined) throw new HttpRefusal(501, `Calls of type ${name} are not served`);
    entry.perform(
      new OperatorRequest({ call, answerType, http: request, reply, authorizer: parts.authorizer }),
      parts,
    );
  });
}

function invalid(problem: string): HttpRefusal {
  return new HttpRefusal(400, `Failed to validate master::Call: ${problem}`);
}
