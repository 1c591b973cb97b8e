/** What one look at the machine found. */
export interface Check {
  /** One word: what was looked at. */
  readonly name: string;
  /** `warn`: it works, but not as well as it could; `fail`: a service would not start, or no render would go through. */
  readonly status: 'ok' | 'warn' | 'fail';
  /** What is there. */
  readonly found: string;
  /** How to mend it; empty when it is ok. */
  readonly fix: string;
}

/** All is well. */
export function ok(name: string, found: string): Check {
  return { name, status: 'ok', found, fix: '' };
}

/** It works, but. */
export function warn(name: string, found: string, fix: string): Check {
  return { name, status: 'warn', found, fix };
}

/** It does not work. */
export function fail(name: string, found: string, fix: string): Check {
  return { name, status: 'fail', found, fix };
}

/** What an error says, for people. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
