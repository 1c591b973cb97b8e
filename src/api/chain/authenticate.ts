import { ANYONES_SESSION, type Authenticator, type Session } from '../../task/authenticator.js';
import type { ConnectionLimits } from '../connection-limits.js';
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

/** Refuses a caller whose connection is one too many of its tenant. */
export function withinConnections(
  authenticate: Authenticate,
  connections: Pick<ConnectionLimits, 'admit'>,
): Authenticate {
  return (call) => {
    const admitted = (session: Session): Session => {
      connections.admit(session.caller.tenant, call.origin.peer);
      return session;
    };
    const session = authenticate(call);
    return session instanceof Promise ? session.then(admitted) : admitted(session);
  };
}
