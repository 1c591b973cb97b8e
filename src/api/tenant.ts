import type { CallContext } from 'nice-grpc';

/** The tenant of everybody, until callers have identities. */
export const DEFAULT_TENANT = 'default';

/** Whose tasks a call may see. It comes from who calls, never from what the request says. */
export const tenantOf: (context: CallContext) => string = () => DEFAULT_TENANT;
