export type { Action } from './actions.ts';
export { allowedEndpoint } from './allowed.ts';
export { type Approver, type Authorizer, localAuthorizer, permitAll } from './authorizer.ts';
export { isExecutor, ownsContainer, withoutExecutors } from './executors.ts';
export {
  authorizationFlags,
  credentialFlag,
  credentialsFlag,
  readCredential,
  readCredentials,
} from './flags.ts';
export { guardEndpoint, protect } from './protect.ts';
