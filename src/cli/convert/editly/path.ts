import type { Source } from '../reader.js';

/** The address of a file. Undefined, with a warning, without one. */
export function pathIn(source: Source): string | undefined {
  const path = source.text('path');
  if (path !== undefined && path !== '') return path;
  source.leaveOut('has no `path`; it is left out');
  return undefined;
}
