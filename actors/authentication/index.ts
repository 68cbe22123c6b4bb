/** CRAM-MD5 between masters and those who register with them (spec: runtime.md §7). */
export type { AuthenticateeOutcome } from './authenticatee.ts';
export { type AuthenticationHost, ClientAuthentication } from './authentication.ts';
export { CRAM_MD5 } from './cramMd5.ts';
export { type AuthenticateeFlags, authenticateeFlags, authenticateeRule } from './flags.ts';
export { AuthenticatorSession, type SessionOutcome } from './session.ts';
