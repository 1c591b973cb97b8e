/** The form of a part of a path that we make: no separator, no `..`, no hidden name. */
const SAFE = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}$/;

export function isSafeName(part: string): boolean {
  return SAFE.test(part);
}

/** The same part. @throws RangeError for one that is not safe. */
export function safeName(part: string): string {
  if (!isSafeName(part)) throw new RangeError(`not usable in a file name: ${JSON.stringify(part)}`);
  return part;
}
