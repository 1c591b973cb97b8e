import { SAMPLE_RATE } from '../../composition/composition.js';
import { RenderError } from '../../task/failure.js';
import { durationTagUs, microseconds, type ProbeJson, type ProbeStream } from '../probe/probe-json.js';
import { codecNameOf, isDecodable } from '../probe/decodable.js';
import { probe, type ProbeTarget } from '../probe/run-probe.js';
import type { ToolContext } from '../process/run-tool.js';
import { hasTimeLine, lossMeasureOf, type LossMeasure } from './container-time.js';

/** The audio of a file that this ffmpeg can decode, by what the file says of itself. */
export interface AudioSource {
  /** Its streams that can be decoded, at least one, in file order. */
  readonly streams: readonly AudioStream[];
  /** Whether the file's times say where the audio lies. */
  readonly hasTimeLine: boolean;
  readonly lossMeasure: LossMeasure;
  /** Whether it is bare AAC, of which ffmpeg skips what it cannot read. */
  readonly isAdts: boolean;
}

export interface AudioStream {
  readonly index: number;
  readonly codec: string;
  /** Samples a second, at its beginning. */
  readonly rate: number;
  /** When it begins, from the beginning of the file. */
  readonly startUs: number;
  /** What the container says; null when it does not. */
  readonly claimedUs: number | null;
  /** Where it ends by the container, from the beginning of the file; null where containers of the kind do not say it exactly. */
  readonly endUs: number | null;
}

const ENTRIES =
  'stream=index,codec_name,codec_tag_string,start_time,duration,bit_rate,sample_rate:stream_tags=DURATION:format=format_name,duration,start_time,size';

/**
 * Reads which audio a file has.
 * @throws RenderError INPUT_EMPTY, INPUT_NOT_MEDIA, INPUT_NO_AUDIO, or INPUT_NOT_SUPPORTED, which names the codecs, with the target's field.
 */
export async function readAudioStreams(context: ToolContext, target: ProbeTarget): Promise<AudioSource> {
  const { field } = target;
  const json = await probe(context, target, ['-select_streams', 'a', '-show_entries', ENTRIES]);
  const found = json.streams ?? [];
  if (found.length === 0) throw new RenderError('INPUT_NO_AUDIO', 'this file has no audio', { field });
  const usable = found.filter((stream) => isDecodable(stream, context));
  if (usable.length === 0) throw notSupported(found, field);
  return {
    streams: usable.map((stream) => toStream(stream, json)),
    hasTimeLine: hasTimeLine(json.format?.format_name ?? ''),
    lossMeasure: lossMeasureOf(json.format?.format_name ?? ''),
    isAdts: json.format?.format_name === 'aac',
  };
}

function notSupported(streams: readonly ProbeStream[], field: string): RenderError {
  const names = [...new Set(streams.map(codecNameOf))].join(', ');
  const message = `the audio of this file (${names}) cannot be decoded here; convert it to AAC, MP3, Opus or WAV`;
  return new RenderError('INPUT_NOT_SUPPORTED', message, { field });
}

function toStream(stream: ProbeStream, { format }: ProbeJson): AudioStream {
  const start = microseconds(stream.start_time) ?? 0;
  const startUs = Math.max(0, start - (microseconds(format?.start_time) ?? start));
  const durationUs = microseconds(stream.duration);
  const claimedUs = durationUs ?? durationTagUs(stream) ?? microseconds(format?.duration);
  const isExact = format?.format_name?.split(',').includes('mp4') === true && durationUs !== null;
  return {
    index: stream.index,
    codec: stream.codec_name ?? '',
    rate: Number(stream.sample_rate) || SAMPLE_RATE,
    startUs,
    claimedUs: isGuess(claimedUs, stream, format) ? null : claimedUs,
    endUs: isExact ? startUs + durationUs : null,
  };
}

/** Where a container says nothing, ffmpeg divides the file's size by the bit rate at its beginning, which may be another one later. */
function isGuess(claimedUs: number | null, { bit_rate: rate }: ProbeStream, format: ProbeJson['format']): boolean {
  if (hasTimeLine(format?.format_name ?? '') || claimedUs === null) return false;
  const guessUs = (Number(format?.size) * 8e6) / Number(rate);
  return Math.abs(guessUs - claimedUs) < claimedUs * GUESS_TOLERANCE;
}

/** Tags and headers belong to a file's size too. */
const GUESS_TOLERANCE = 0.05;
