import { INPUT_GUARDS } from '../limits.js';
import type { AudioStream } from './audio-streams.js';
import { LIST_FORMAT } from './packet-list.js';
import { PCM_CODEC, PCM_FORMAT } from './pcm.js';
import { TO_STEREO } from './to-stereo.js';

export interface DecodeOptions {
  /** All files are relative to the scratch folder. */
  readonly file: string;
  readonly stream: Pick<AudioStream, 'index' | 'codec'>;
  /** How much of the file is read at least, where there is so much. */
  readonly seconds: number;
  /** Takes the samples, one after another; null: they are not kept. */
  readonly raw: string | null;
  /** Takes a line for each packet of them, with its time. */
  readonly list: string;
}

/** ffmpeg's arguments to decode one audio stream once, into its samples and the list of their times. */
export function decodeArguments({ file, stream, seconds, raw, list }: DecodeOptions): string[] {
  const output =
    raw === null
      ? ['-f', LIST_FORMAT, `file:${list}`]
      : ['-f', 'tee', `[f=${PCM_FORMAT}]file:${raw}|[f=${LIST_FORMAT}]file:${list}`];
  return [
    ...['-nostdin', '-hide_banner', '-nostats', '-y', '-v', 'repeat+level+error'],
    ...['-stats_period', '0.2', '-progress', 'pipe:3'],
    ...INPUT_GUARDS,
    ...checksumOptions(stream),
    ...['-threads', '1', '-t', seconds.toFixed(3), '-i', `file:${file}`],
    ...['-map', `0:${stream.index}`, '-af', TO_STEREO, '-c:a', PCM_CODEC],
    ...output,
  ];
}

/** Lossless codecs whose frames have a checksum, which ffmpeg does not look at by itself: it would play noise. */
const WITH_CHECKSUM = new Set(['flac', 'tta', 'wavpack']);

/** Input options with which a frame that differs from its checksum is refused. The container is not meant: it stays as patient as it is. */
export function checksumOptions({ codec }: Pick<AudioStream, 'codec'>): string[] {
  return WITH_CHECKSUM.has(codec) ? ['-err_detect:a', 'crccheck+explode'] : [];
}
