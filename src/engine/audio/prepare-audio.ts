import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { SAMPLE_RATE } from '../../composition/composition.js';
import { RenderError } from '../../task/failure.js';
import { MAX_AUDIO_SECONDS } from '../limits.js';
import type { ToolContext } from '../process/run-tool.js';
import { runUntil } from '../process/run-until.js';
import type { AudioSource, AudioStream } from './audio-streams.js';
import { gapsOf, lookForDamage, type AudioDamage } from './damage/audio-damage.js';
import { readComplaints } from './damage/complaints.js';
import { decodeArguments } from './decode-arguments.js';
import { findGaps, LEAST_GAP, type TimedSamples } from './find-gaps.js';
import { insertSilence, lengthWith } from './insert-silence.js';
import { readPacketList } from './packet-list.js';
import { BYTES_PER_SAMPLE } from './pcm.js';

export interface AudioOrder {
  /** Relative to the scratch folder. */
  readonly file: string;
  /** The field of the request that named it. */
  readonly field: string;
  readonly source: AudioSource;
  /** So many samples from its beginning, or all if it has less; null: all. */
  readonly neededSamples: number | null;
  /** Where the PCM goes, relative to the scratch folder; null: nowhere, the audio is only measured. */
  readonly outFile: string | null;
}

export interface PreparedAudio {
  /** Samples in the PCM, those of pauses and of a late start with them. */
  readonly samples: number;
  readonly stream: AudioStream;
  /** Null: none was noticed. */
  readonly damage: AudioDamage | null;
}

/**
 * Decodes audio into PCM of 48 kHz stereo on its file's own time line, in a process of its own and without a graph that a change of the audio's format
 * could begin anew. Of several streams the first is taken that gives a sample.
 * @throws RenderError INPUT_TRUNCATED or INPUT_DAMAGED when none does; INPUT_NOT_SUPPORTED when this ffmpeg cannot follow the file; as `runTool`.
 */
export async function prepareAudio(context: ToolContext, order: AudioOrder): Promise<PreparedAudio> {
  let stderr = '';
  for (const stream of order.source.streams) {
    const decoded = await decode(context, order, stream);
    if (isNotFollowed(decoded.stderr)) throw notFollowed(order, stream, decoded.stderr);
    if (decoded.samples > 0) return { samples: decoded.samples, stream, damage: decoded.damage };
    stderr = decoded.stderr;
  }
  throw nothingIn(order, stderr);
}

function nothingIn({ field }: AudioOrder, stderr: string): RenderError {
  const options = { field, cause: stderr };
  return stderr === ''
    ? new RenderError('INPUT_TRUNCATED', 'this file ends before its audio begins', options)
    : new RenderError('INPUT_DAMAGED', 'this file is damaged: none of its audio can be decoded', options);
}

/** ffmpeg's own way of saying that a format is allowed, but not known to it. It says so of noise, too. */
function isNotFollowed(stderr: string): boolean {
  if (/Error during demuxing: .*patches welcome/i.test(stderr)) return true;
  return /patches welcome/i.test(stderr) && !stderr.includes('Invalid data found');
}

function notFollowed({ field }: AudioOrder, { codec }: AudioStream, cause: string): RenderError {
  const message = `the audio of this file (${codec}) changes on the way, which this ffmpeg cannot follow; convert it to AAC, MP3 or WAV`;
  return new RenderError('INPUT_NOT_SUPPORTED', message, { field, cause });
}

/** Beyond what is needed, so that rounding takes nothing away. */
const MARGIN_SECONDS = 1;

async function decode(
  context: ToolContext,
  { file, field, source, neededSamples, outFile }: AudioOrder,
  stream: AudioStream,
): Promise<{ samples: number; stderr: string; damage: AudioDamage | null }> {
  const seconds = neededSamples === null ? MAX_AUDIO_SECONDS : neededSamples / SAMPLE_RATE + MARGIN_SECONDS;
  const work = outFile ?? `${file}-audio`;
  const [raw, list] = [`${work}.raw`, `${work}.list`];
  const at = (name: string) => path.join(context.cwd, name);
  const args = decodeArguments({ file, stream, seconds, raw: outFile === null ? null : raw, list });
  const isEnough = async () => (await sizeOf(at(raw))) > (seconds + SPARE_SECONDS) * SAMPLE_RATE * BYTES_PER_SAMPLE;
  const complaints = readComplaints();
  try {
    const result = await runUntil(context, 'ffmpeg', args, { field, isEnough, onStderr: complaints.push });
    const packets = await readPacketList(at(list), context.signal);
    const samples = packets.reduce((sum, packet) => sum + packet.samples, 0);
    const stderr = result?.stderrTail ?? '';
    if (samples === 0) return { samples, stderr, damage: null };
    const looked = { file, field, source, stream, neededSamples };
    const damage = await lookForDamage(context, looked, complaints.read());
    const gaps = source.hasTimeLine
      ? findGaps(fromStartOfFile(packets, stream))
      : gapsOf(damage).filter(({ beforeSample }) => beforeSample < samples);
    const mostSamples = leastOf(neededSamples, endOf(stream, lengthWith({ samples, gaps, mostSamples: null })));
    const insertion = { samples, gaps, mostSamples, signal: context.signal };
    if (outFile === null) return { samples: lengthWith(insertion), stderr, damage };
    return { samples: await insertSilence(at(raw), at(outFile), insertion), stderr, damage };
  } finally {
    await rm(at(raw), { force: true });
    await rm(at(list), { force: true });
  }
}

/** A limit of time begins anew where the format changes: where there is so much more than is needed, it has done so. */
const SPARE_SECONDS = 60;

async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** 50 ms: more than the last frame of a codec holds. */
const MOST_PADDING = (SAMPLE_RATE * 50) / 1000;

/** Where audio ends, when ffmpeg 5.1 has decoded what its encoder filled the last frame with; null where it has not. */
function endOf({ endUs }: AudioStream, decoded: number): number | null {
  const end = endUs === null ? 0 : Math.round((endUs * SAMPLE_RATE) / 1e6);
  return end > 0 && end < decoded && decoded - end <= MOST_PADDING ? end : null;
}

function leastOf(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** In some containers ffmpeg counts from the first audio and not from the start of the file. */
function fromStartOfFile(packets: readonly TimedSamples[], { startUs }: AudioStream): TimedSamples[] {
  const start = Math.round((startUs * SAMPLE_RATE) / 1e6);
  const isLost = (packets[0]?.atSample ?? 0) < start - LEAST_GAP;
  return isLost ? packets.map(({ atSample, samples }) => ({ atSample: atSample + start, samples })) : [...packets];
}
