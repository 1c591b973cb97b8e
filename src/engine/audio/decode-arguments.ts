import { INPUT_GUARDS } from '../limits.js';
import { LIST_FORMAT } from './packet-list.js';
import { PCM_CODEC, PCM_FORMAT } from './pcm.js';
import { TO_STEREO } from './to-stereo.js';

export interface DecodeOptions {
  /** All files are relative to the scratch folder. */
  readonly file: string;
  readonly streamIndex: number;
  /** How much of the file is read at least, where there is so much. */
  readonly seconds: number;
  /** Takes the samples, one after another; null: they are not kept. */
  readonly raw: string | null;
  /** Takes a line for each packet of them, with its time. */
  readonly list: string;
}

/** ffmpeg's arguments to decode one audio stream once, into its samples and the list of their times. */
export function decodeArguments({ file, streamIndex, seconds, raw, list }: DecodeOptions): string[] {
  const output =
    raw === null
      ? ['-f', LIST_FORMAT, `file:${list}`]
      : ['-f', 'tee', `[f=${PCM_FORMAT}]file:${raw}|[f=${LIST_FORMAT}]file:${list}`];
  return [
    ...['-nostdin', '-hide_banner', '-nostats', '-y', '-v', 'level+error'],
    ...['-stats_period', '0.2', '-progress', 'pipe:3'],
    ...INPUT_GUARDS,
    ...['-threads', '1', '-t', seconds.toFixed(3), '-i', `file:${file}`],
    ...['-map', `0:${streamIndex}`, '-af', TO_STEREO, '-c:a', PCM_CODEC],
    ...output,
  ];
}
