/** Calls that list what there is: answered from one moment, in slices. */
import { writeSections } from '../../../../proto/api/sections.ts';
import { MasterResponseType } from '../../../../proto/index.ts';
import { writeMessage } from '../../../../proto/mediaTypes.ts';
import {
  agentsListing,
  executorsListing,
  frameworksListing,
  type Listing,
  stateListing,
  tasksListing,
} from '../listings.ts';
import { rolesListing } from '../roles.ts';
import { Viewer } from '../viewer.ts';
import { bare, type OperatorCall, type OperatorCalls } from './call.ts';

type Name = keyof typeof MasterResponseType;

function listing(name: Name, list: Listing): OperatorCall {
  return bare((request, parts) => {
    const { answerType, principal, reply } = request;
    const key = JSON.stringify([name, answerType, principal]);
    parts.readings.answer(key, { 'Content-Type': answerType }, reply, () => {
      const body = list(parts, new Viewer(parts.authorizer, principal));
      return (function* () {
        const sections = [{ field: name.toLowerCase(), sections: yield* body() }];
        const plain = { type: MasterResponseType[name] };
        return yield* writeSections('mesos.v1.master.Response', answerType, plain, sections);
      })();
    });
  });
}

export const stateCalls: OperatorCalls = {
  GET_STATE: listing('GET_STATE', stateListing),
  GET_AGENTS: listing('GET_AGENTS', agentsListing),
  GET_FRAMEWORKS: listing('GET_FRAMEWORKS', frameworksListing),
  GET_EXECUTORS: listing('GET_EXECUTORS', executorsListing),
  GET_TASKS: listing('GET_TASKS', tasksListing),
  GET_OPERATIONS: bare((request, parts) => {
    const viewer = new Viewer(parts.authorizer, request.principal);
    const seen = (id: string | undefined): boolean => {
      const framework = id === undefined ? undefined : parts.frameworks.find(id);
      return framework === undefined || viewer.seesFramework(framework);
    };
    const operations = parts.operations
      .messages()
      .filter(({ framework_id, info }) => seen(framework_id?.value) && viewer.seesOperation(info));
    request.answer({ type: MasterResponseType.GET_OPERATIONS, get_operations: { operations } });
  }),
  GET_ROLES: bare(({ answerType, principal, reply }, parts) => {
    const key = JSON.stringify(['GET_ROLES', answerType, principal]);
    parts.readings.answer(key, { 'Content-Type': answerType }, reply, function* () {
      const roles = yield* rolesListing(parts, new Viewer(parts.authorizer, principal));
      const response = { type: MasterResponseType.GET_ROLES, get_roles: { roles } };
      return writeMessage('mesos.v1.master.Response', answerType, response);
    });
  }),
};
