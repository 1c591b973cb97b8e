import { DEFAULT_TOOL_PATHS } from '../../src/engine/capabilities.js';
import type { ToolContext } from '../../src/engine/process/run-tool.js';
import { knownToolchain } from './known-toolchain.js';
import { toolsIn } from './render-bench.js';

/** The engine's tools in a folder, those of this machine unless variables name others. */
export async function createLocalToolContext(folder: string): Promise<ToolContext> {
  const paths = {
    ffmpeg: process.env.CUTROOM_FFMPEG ?? DEFAULT_TOOL_PATHS.ffmpeg,
    ffprobe: process.env.CUTROOM_FFPROBE ?? DEFAULT_TOOL_PATHS.ffprobe,
  };
  return toolsIn({ toolchain: await knownToolchain(paths) }, folder);
}
