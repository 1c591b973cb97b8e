import type { Warning } from '../../composition/warning.js';

/** The warnings of several renderings of the same inputs: each problem once, as the rendering tells it that shows the most of it. */
export function mergeWarnings(warnings: readonly Warning[]): Warning[] {
  const worst = new Map<string, Warning>();
  for (const warning of warnings) {
    const key = `${warning.code} ${warning.field}`;
    if ((worst.get(key)?.count ?? 0) < warning.count) worst.set(key, warning);
  }
  return [...worst.values()];
}
