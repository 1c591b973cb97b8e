import { findToolchain, type ToolPaths } from '../../src/engine/capabilities.js';
import type { Toolchain } from '../../src/engine/toolchain.js';

const known = new Map<string, Promise<Toolchain>>();

/** The toolchain at these paths, which is asked for what it can do once in a process: that starts ffmpeg three times. */
export function knownToolchain(paths: ToolPaths): Promise<Toolchain> {
  const key = JSON.stringify(paths);
  const found = known.get(key) ?? findToolchain(paths, new AbortController().signal);
  known.set(key, found);
  return found;
}
