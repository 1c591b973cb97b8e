import { existsSync, readFileSync } from 'node:fs';

/** The version of this release, such as `0.1.0`: that of package.json, which lies above `src/` and above `dist/src/`. */
export const RELEASE: string = versionIn(['../../package.json', '../../../package.json']);

function versionIn(paths: readonly string[]): string {
  for (const path of paths) {
    const file = new URL(path, import.meta.url);
    if (!existsSync(file)) continue;
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: string; version?: string };
    if (name === 'cutroom' && version !== undefined) return version;
  }
  return 'unknown';
}
