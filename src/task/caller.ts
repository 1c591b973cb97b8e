/** The identity behind a call. Authentication makes it from the call's credentials, never from the request itself. */
export interface Caller {
  /** The caller sees and changes the tasks of this tenant only. */
  readonly tenant: string;
  /** The caller's permissions. */
  readonly scopes: readonly Scope[];
  /** A name for logs and audits, unique within the tenant: a user or a service account. */
  readonly principal: string;
}

/** One kind of permission: to read tasks and media, or to submit, change and delete them. */
export type Scope = 'read' | 'write';

/** The tenant of every caller while the service knows no identities. Its output URLs do not name it. */
export const DEFAULT_TENANT = 'default';

/** The one caller of a service without authentication: everybody who reaches it. */
export const ANYONE: Caller = { tenant: DEFAULT_TENANT, scopes: ['read', 'write'], principal: 'anyone' };
