/** The result of one check of the machine. */
export interface Check {
  /** One word: the subject of the check. */
  readonly name: string;
  /** `warn`: it works, but not as well as it could; `fail`: a service would not start, or no render would go through. */
  readonly status: 'ok' | 'warn' | 'fail';
  /** What the check found. */
  readonly found: string;
  /** The fix; empty when it is ok. */
  readonly fix: string;
}

/** The check passed. */
export function ok(name: string, found: string): Check {
  return { name, status: 'ok', found, fix: '' };
}

/** It works, but not as well as it could. */
export function warn(name: string, found: string, fix: string): Check {
  return { name, status: 'warn', found, fix };
}

/** It does not work. */
export function fail(name: string, found: string, fix: string): Check {
  return { name, status: 'fail', found, fix };
}

/** The message of an error, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
