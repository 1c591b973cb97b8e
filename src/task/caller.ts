/** The identity behind a call. Authentication makes it from the call's credentials, never from the request itself. */
export interface Caller {
  /** The caller sees and changes the tasks and uploads of this tenant only. */
  readonly tenant: string;
  /** The caller's permissions. */
  readonly scopes: readonly Scope[];
  /** A name for logs and audits, unique within the tenant: a user or a service account. */
  readonly principal: string;
}

/** Every kind of permission; none includes another. */
export const SCOPES = [
  /** To submit, validate and retry tasks, to have their events delivered again, and to inspect inputs. */
  'tasks.submit',
  /** To read tasks, their outputs and what can be rendered. */
  'tasks.read',
  /** To read specs with the queries of their URLs, which may be signatures. */
  'tasks.read_full',
  /** To cancel and delete tasks. */
  'tasks.cancel',
  /** To send and delete inputs, and to list them. */
  'media.upload',
  /** To manage the API keys and signing secrets of all tenants, and to read the metrics. No tenant's tasks are in it. */
  'admin',
] as const;

export type Scope = (typeof SCOPES)[number];

/** The permission that a call needs: one scope; any known caller (`identified`); none at all (`open`). */
export type Access = Scope | 'identified' | 'open';

/** What `isTenant` asks for; ends a sentence that begins with the field. */
export const TENANT_FORM = 'must be 1 to 63 characters a-z 0-9 . _ -, a letter or digit first and last';

/** The tenant of every caller while the service knows no identities. Its output URLs do not name it. */
export const DEFAULT_TENANT = 'default';

/** The one caller of a service without authentication: everybody who reaches it. */
export const ANYONE: Caller = { tenant: DEFAULT_TENANT, scopes: SCOPES, principal: 'anyone' };

/** Part of folders, URLs and log lines: no other character is needed, and no two that a file system takes for one. */
export const TENANT = /^[a-z0-9](?:[a-z0-9._-]{0,61}[a-z0-9])?$/;

/** Whether text may name a tenant: 1 to 63 characters `a-z 0-9 . _ -`, that begins and ends with a letter or digit. */
export function isTenant(text: string): boolean {
  return TENANT.test(text);
}

export function isScope(text: string): text is Scope {
  return (SCOPES as readonly string[]).includes(text);
}
