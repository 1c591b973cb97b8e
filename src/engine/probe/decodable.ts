import type { ToolContext } from '../process/run-tool.js';
import type { ProbeStream } from './probe-json.js';

/** Sample descriptions of ISO media whose content is encrypted: it decodes to noise. */
const ENCRYPTED = new Set(['enca', 'encv', 'drms', 'drmi']);

/** Whether this ffmpeg decodes a stream. */
export function isDecodable(
  { codec_name: codec, codec_tag_string: tag }: ProbeStream,
  { toolchain }: Pick<ToolContext, 'toolchain'>,
): boolean {
  return toolchain.decodableCodecs.has(codec ?? '') && !ENCRYPTED.has(tag ?? '');
}

/** ffmpeg's name of the codec, or the file's for one that ffmpeg does not know. */
export function codecNameOf({ codec_name: codec, codec_tag_string: tag }: ProbeStream): string {
  if (ENCRYPTED.has(tag ?? '')) return 'encrypted';
  if (codec !== undefined && codec !== 'none' && codec !== 'unknown') return codec;
  return tag !== undefined && /^[\w .-]{2,8}$/.test(tag) ? tag.trim() : 'unknown codec';
}
