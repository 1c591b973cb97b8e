import { ANYONES_SESSION, type Authenticator, type Session } from '../../task/authenticator.js';
import type { Call } from './call.js';
import { credentialsIn } from './credentials.js';

/** Finds out who makes a call. The chain calls it before every method that is not open; an error that it throws ends the call. */
export type Authenticate = (call: Pick<Call, 'origin'>) => Session | Promise<Session>;

/** Lets everybody in as the one default caller. */
export const allowAnyone: Authenticate = () => ANYONES_SESSION;

/** By the credentials of a call. */
export function authenticateBy(authenticator: Authenticator): Authenticate {
  return ({ origin }) => authenticator.authenticate(credentialsIn(origin));
}
