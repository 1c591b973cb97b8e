import { open, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { SAMPLE_RATE } from '../../../composition/composition.js';
import { timeUsOf } from '../../../composition/frame-grid.js';
import { printVtt } from '../../../composition/subtitles/print-subtitles.js';
import { hlsRenditions, hlsSubtitles, type HlsRendition } from '../../../composition/hls-files.js';
import { scaledTo, type HlsFormat } from '../../../composition/output-spec.js';
import { sha256File } from '../../../shared/sha256-file.js';
import type { ToolContext } from '../../process/run-tool.js';
import { decodedKeyFrames, decodesWhole, mismatch, readBack, unequal } from '../checks/read-back.js';
import type { PlannedContent, VerifiedOutput } from '../output-profile.js';
import { framesPerSegment, PLAYLIST_TYPE } from './segment-plan.js';
import { parseMediaPlaylist, printWholePlaylist, type MediaPlaylist } from './media-playlist.js';
import { segmentFrames } from './segment-frames.js';

/** One AAC frame: sound ends on a multiple of it, and begins one before. */
const AAC_FRAME = 1_024;

interface PlannedStream {
  readonly plan: PlannedContent;
  readonly format: HlsFormat;
}

/**
 * Checks a stream as its players read it, from the disk: every playlist is whole, every segment is there with exactly its frames, all decode from their first
 * frame on. Exit code 0 of ffmpeg shows nothing of that: on a full disk it leaves empty playlists behind it.
 * @param file the multivariant playlist, beside which all others lie.
 * @throws RenderError OUTPUT_MISMATCH.
 */
export async function verifyHls(
  context: ToolContext,
  file: string,
  { plan, format }: PlannedStream,
): Promise<VerifiedOutput> {
  const full = path.join(context.cwd, file);
  const folder = path.dirname(file);
  const renditions = hlsRenditions(path.basename(file), format);
  const wrong = [
    ...wrongNames(await readFile(full, 'utf8'), [
      ...renditions.map(({ playlist }) => playlist),
      ...(plan.subtitles ? [hlsSubtitles(path.basename(file)).playlist] : []),
    ]),
    ...(await faultsOfSubtitles(path.join(context.cwd, folder), path.basename(file), plan)),
  ];
  for (const rendition of renditions) {
    const { of } = rendition;
    const faults =
      of === 'AUDIO'
        ? await faultsOfSound(context, folder, { rendition, plan })
        : await faultsOfPictures(context, folder, { rendition, plan: contentAt(of, { plan, format }), format });
    wrong.push(...faults.map((fault) => `${rendition.playlist}: ${fault}`));
  }
  if (wrong.length > 0) throw mismatch(wrong);
  return {
    sizeBytes: (await stat(full)).size,
    durationUs: timeUsOf(plan.frames, plan.frameRate),
    width: plan.width,
    height: plan.height,
    frameRate: plan.frameRate,
    frameCount: plan.frames,
    videoCodec: 'h264',
    audioCodec: 'aac',
    contentType: PLAYLIST_TYPE,
    sha256: await sha256File(full, context.signal),
  };
}

function contentAt(shortSide: number, { plan, format }: PlannedStream): PlannedContent {
  return shortSide === format.shortSides[0] ? plan : { ...plan, ...scaledTo(plan, shortSide) };
}

/** The playlists that the multivariant one names must be ours, all of them. */
function wrongNames(text: string, planned: readonly string[]): string[] {
  const named = text.split('\n').flatMap((line) => {
    if (line !== '' && !line.startsWith('#')) return [line];
    return /^#EXT-X-MEDIA:.*URI="([^"]+)"/.exec(line)?.[1] ?? [];
  });
  return unequal([['list of playlists', named.sort().join(' '), [...planned].sort().join(' ')]]);
}

/** A full disk may have cut what was written. */
async function faultsOfSubtitles(folder: string, key: string, plan: PlannedContent): Promise<string[]> {
  if (!plan.subtitles) return [];
  const { playlist, text } = hlsSubtitles(key);
  const [list, cues] = await Promise.all([playlist, text].map((name) => readFile(path.join(folder, name), 'utf8')));
  return unequal([
    ['playlist of its text', list, printWholePlaylist(text, timeUsOf(plan.frames, plan.frameRate) / 1e6)],
    ['text', cues, printVtt(plan.subtitles.cues)],
  ]);
}

interface RenditionPlan {
  readonly rendition: HlsRendition;
  readonly plan: PlannedContent;
}

async function faultsOfPictures(
  context: ToolContext,
  folder: string,
  { rendition, plan, format }: RenditionPlan & Pick<PlannedStream, 'format'>,
): Promise<readonly string[]> {
  const every = framesPerSegment(format.segmentUs, plan);
  const count = Math.ceil(plan.frames / every);
  const framesIn = (i: number) => Math.min(every, plan.frames - i * every);
  const { playlist, faults, frames } = await readRendition(context, folder, rendition);
  // A tool that read it would only say that it cannot.
  if (playlist === null) return faults;
  const name = `${folder}/${rendition.playlist}`;
  const json = await readBack(context, name);
  const [video] = json.streams ?? [];
  const decoded = await decodedKeyFrames(context, name);
  const seconds = playlist.segments.reduce((sum, segment) => sum + segment.seconds, 0);
  const plannedUs = timeUsOf(plan.frames, plan.frameRate);
  return [
    ...unequal([
      ['number of streams', json.streams?.length, 1],
      ['frames of its segments', frames.join(' '), Array.from({ length: count }, (_, i) => framesIn(i)).join(' ')],
      ['length of its segments', Math.round(seconds * 1e6), plannedUs],
      ['video codec', video?.codec_name, 'h264'],
      ['pixel format', video?.pix_fmt, 'yuv420p'],
      ['size', `${video?.width ?? 0}x${video?.height ?? 0}`, `${plan.width}x${plan.height}`],
      ['frames', Number(video?.nb_read_packets), plan.frames],
      ['colour matrix', video?.color_space, 'bt709'],
      ['colour transfer', video?.color_transfer, 'bt709'],
      ['colour primaries', video?.color_primaries, 'bt709'],
      ['colour range', video?.color_range, 'tv'],
    ]),
    ...(decoded !== null && decoded >= count ? [] : ['its key frames do not decode']),
  ];
}

async function faultsOfSound(
  context: ToolContext,
  folder: string,
  { rendition, plan }: RenditionPlan,
): Promise<readonly string[]> {
  const { playlist, faults } = await readRendition(context, folder, rendition);
  if (playlist === null) return faults;
  const name = `${folder}/${rendition.playlist}`;
  const json = await readBack(context, name);
  const [audio] = json.streams ?? [];
  const seconds = playlist.segments.reduce((sum, segment) => sum + segment.seconds, 0);
  const lacksSeconds = plan.samples / SAMPLE_RATE - seconds;
  const lacksPackets = Math.ceil(plan.samples / AAC_FRAME) + 1 - Number(audio?.nb_read_packets);
  return [
    ...unequal([
      ['number of streams', json.streams?.length, 1],
      ['audio codec', audio?.codec_name, 'aac'],
      ['sample rate', Number(audio?.sample_rate), SAMPLE_RATE],
      ['channels', audio?.channels, 2],
    ]),
    ...(Math.abs(lacksPackets) <= 1 ? [] : [`its packets differ from the plan by ${lacksPackets}`]),
    ...(Math.abs(lacksSeconds) <= (2.5 * AAC_FRAME) / SAMPLE_RATE ? [] : [`it lasts ${seconds} s`]),
    ...((await decodesWhole(context, name)) ? [] : ['it does not decode']),
  ];
}

interface ReadRendition {
  /** Null: it, or a segment of it, is not whole. */
  readonly playlist: MediaPlaylist | null;
  readonly faults: readonly string[];
  /** Of each segment. */
  readonly frames: readonly (number | null)[];
}

/** Reads every segment of a rendition. */
async function readRendition({ cwd }: ToolContext, folder: string, rendition: HlsRendition): Promise<ReadRendition> {
  const text = await readFile(path.join(cwd, folder, rendition.playlist), 'utf8').catch(() => '');
  const playlist = parseMediaPlaylist(text);
  if (playlist === null) return { playlist, faults: ['it is not whole'], frames: [] };
  const { file, head, segments } = playlist;
  const wrong = unequal([['file', file, rendition.media]]);
  if (wrong.length > 0) return { playlist: null, faults: wrong, frames: [] };
  const frames: (number | null)[] = [];
  const handle = await open(path.join(cwd, folder, file), 'r');
  try {
    let end = head.offset + head.bytes;
    for (const { offset, bytes } of segments) {
      if (offset !== end) wrong.push('its segments do not follow each other');
      end = offset + bytes;
      const segment = Buffer.alloc(bytes);
      const { bytesRead } = await handle.read(segment, 0, bytes, offset);
      frames.push(bytesRead === bytes ? segmentFrames(segment) : null);
    }
    if ((await handle.stat()).size !== end) wrong.push('its file does not end with its last segment');
  } finally {
    await handle.close();
  }
  if (frames.includes(null)) wrong.push('a segment is not whole');
  return { playlist: wrong.length === 0 ? playlist : null, faults: wrong, frames };
}
