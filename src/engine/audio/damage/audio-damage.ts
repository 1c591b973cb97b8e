import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { SAMPLE_RATE } from '../../../composition/composition.js';
import type { Warning } from '../../../composition/warning.js';
import { RenderError } from '../../../task/failure.js';
import { MAX_DAMAGED_SHARE } from '../../limits.js';
import type { ToolContext } from '../../process/run-tool.js';
import { inSeconds } from '../../seconds.js';
import type { AudioSource, AudioStream } from '../audio-streams.js';
import type { Gap } from '../find-gaps.js';
import { createAdtsSearch } from './adts-resume.js';
import type { Complaints } from './complaints.js';
import { findLostSound, type LostSound } from './find-lost-sound.js';
import { hearPackets } from './heard-packets.js';

/** Audio of which parts cannot be decoded. */
export interface AudioDamage {
  /** In order, at least one. */
  readonly places: readonly LostSound[];
  /** How much audio was read, that of these places with it, in seconds. */
  readonly seconds: number;
}

interface Looked {
  /** Relative to the scratch folder. */
  readonly file: string;
  readonly field: string;
  readonly source: AudioSource;
  readonly stream: AudioStream;
  /** Null: all. */
  readonly neededSamples: number | null;
}

/** Looks through audio that ffmpeg has complained of: a complaint alone is no damage, and does not say how much there is. @returns null when there is none. @throws as `runTool`. */
export async function lookForDamage(
  context: ToolContext,
  { file, field, source, stream, neededSamples }: Looked,
  { lines, refusedPackets, isContainerBroken, isGivenUp }: Complaints,
): Promise<AudioDamage | null> {
  if (lines === 0) return null;
  const needed = neededSamples === null ? null : neededSamples / SAMPLE_RATE;
  const at = path.join(context.cwd, file);
  const heard = await hearPackets(context, { file, field, stream, seconds: needed });
  const found = await findLostSound({
    ...{ heard, measure: source.lossMeasure, refusedPackets, isContainerBroken },
    // Where reading goes on to the end, the end is as the file has it.
    claimed: stream.claimedUs === null || !(isGivenUp || refusedPackets > 0) ? null : stream.claimedUs / 1e6,
    isForeign: (position) => isForeign(at, position),
    resumesAt: source.isAdts ? createAdtsSearch(at, context.signal).from : null,
    fileBytes: (await stat(at)).size,
  });
  const places = found
    .filter((place) => place.at < (needed ?? Infinity))
    .map((place) => ({ ...place, seconds: Math.min(place.seconds, (needed ?? Infinity) - place.at) }));
  if (places.length === 0) return null;
  const whole = heard.packets.reduce((sum, { samples }) => sum + samples, 0) / heard.rate + lengthOf(places);
  return { places, seconds: Math.min(whole, needed ?? Infinity) };
}

function lengthOf(places: readonly LostSound[]): number {
  return places.reduce((sum, { seconds }) => sum + seconds, 0);
}

/** What stands for the damaged places of a file without times, so that the rest is heard when it is due. */
export function gapsOf(damage: AudioDamage | null): Gap[] {
  return (damage?.places ?? []).map(({ heardBefore, seconds }) => ({
    beforeSample: Math.round(heardBefore * SAMPLE_RATE),
    samples: Math.round(seconds * SAMPLE_RATE),
  }));
}

/** Beginnings of tags, and of the headers of files that were joined to others. */
const FOREIGN =
  /^TAG|ID3[\x02-\x04]\x00|APETAGEX|LYRICSBEGIN|OpusHead|OpusTags|\x01vorbis|\x03vorbis|\x05vorbis|fLaC\x00/;
const LOOKED_AT_BYTES = 512;

async function isForeign(file: string, position: number): Promise<boolean> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(LOOKED_AT_BYTES), 0, LOOKED_AT_BYTES, position);
    return FOREIGN.test(buffer.toString('latin1', 0, bytesRead));
  } finally {
    await handle.close();
  }
}

/** The warning about damaged audio; null: there is nothing to say. @throws RenderError INPUT_DAMAGED when it is too much of it. */
export function judgeAudioDamage(damage: AudioDamage | null, field: string): Warning | null {
  const [first] = damage?.places ?? [];
  if (!damage || !first) return null;
  const lost = lengthOf(damage.places);
  const share = Math.min(1, lost / damage.seconds);
  const told = (seconds: number) => inSeconds(Math.round(seconds * 1e6));
  const message = `about ${told(lost)} of ${told(damage.seconds)} of this audio are damaged (${(share * 100).toFixed(1)} %), from about ${told(first.at)} on`;
  if (share > MAX_DAMAGED_SHARE) throw new RenderError('INPUT_DAMAGED', message, { field });
  const count = damage.places.length;
  return { code: 'INPUT_DAMAGED', message: `${message}; they are silent`, field, count };
}
