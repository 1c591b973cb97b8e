import { RenderError } from '../../task/failure.js';
import { INPUT_GUARDS } from '../limits.js';
import { runTool, type ToolContext } from '../process/run-tool.js';

/**
 * Decodes a sound to learn how long it really is, exact to a sample; at most `maxSeconds` of it.
 * @throws RenderError INPUT_NOT_MEDIA when not one sample can be decoded.
 */
export async function measureAudio(
  context: ToolContext,
  target: { readonly file: string; readonly field: string },
  streamIndex: number,
  maxSeconds: number,
): Promise<number> {
  let decodedUs = 0;
  const args = [
    '-nostdin',
    '-hide_banner',
    '-nostats',
    '-v',
    'level+error',
    '-stats_period',
    '0.2',
    '-progress',
    'pipe:3',
    ...INPUT_GUARDS,
    '-t',
    String(maxSeconds),
    '-i',
    `file:${target.file}`,
    // Counted as the render counts: resampled, gaps closed.
    '-map',
    `0:${streamIndex}`,
    '-af',
    'aresample=48000,asetpts=N/SR/TB',
    '-f',
    'null',
    '-',
  ];
  const result = await runTool(context, 'ffmpeg', args, {
    field: target.field,
    onProgress: (block) => {
      decodedUs = Math.max(decodedUs, block.outTimeUs ?? 0);
    },
  });
  if (decodedUs > 0) return decodedUs;
  throw new RenderError('INPUT_NOT_MEDIA', 'the sound of this file cannot be decoded', {
    field: target.field,
    cause: result,
  });
}
