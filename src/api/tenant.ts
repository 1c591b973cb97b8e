import type { CallContext } from 'nice-grpc';

const DEFAULT_TENANT = 'default';

/**
 * Whose tasks a call may see. It comes from who calls, never from what the request says; until callers have identities they
 * are all the same one.
 */
export const tenantOf: (context: CallContext) => string = () => DEFAULT_TENANT;
