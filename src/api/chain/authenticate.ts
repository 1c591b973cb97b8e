import { ANYONE, type Caller } from '../../task/caller.js';
import type { Call } from './call.js';

/**
 * Finds out who makes a call, from its metadata and peer. The chain calls it before every method; an error that it throws ends the call.
 * A synchronous answer costs a call no turn of the event loop.
 */
export type Authenticate = (call: Pick<Call, 'path' | 'origin'>) => Caller | Promise<Caller>;

/** Lets everybody in as the one default caller. */
export const allowAnyone: Authenticate = () => ANYONE;
