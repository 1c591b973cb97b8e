import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { printVtt } from '../../../composition/subtitles/print-subtitles.js';
import { timeUsOf } from '../../../composition/frame-grid.js';
import { hlsRenditions, hlsSubtitles, type HlsRendition } from '../../../composition/hls-files.js';
import type { HlsFormat } from '../../../composition/output-spec.js';
import { packageArguments } from '../../command-line.js';
import { runTool, type ToolContext } from '../../process/run-tool.js';
import { renderFailed } from '../../render-failure.js';
import { readOutline } from '../../mp4/boxes.js';
import { mismatch } from '../checks/read-back.js';
import type { EncodedFile, Encoding, Package } from '../output-profile.js';
import { avcCodec } from '../../mp4/avc-codec.js';
import { bitRatesOf } from './bit-rates.js';
import {
  parseMediaPlaylist,
  printMediaPlaylist,
  printWholePlaylist,
  type MediaPlaylist,
  type Segment,
} from './media-playlist.js';
import { framesPerSegment, secondsOf } from './segment-plan.js';
import { printMultivariantPlaylist, type Sound, type Text, type Variant } from './multivariant-playlist.js';

/** Our only kind of AAC, by RFC 6381. */
const AAC_LC = 'mp4a.40.2';

interface HlsPackage extends Package {
  readonly format: HlsFormat;
}

/**
 * Cuts the encoded files into segments, which are copied and not encoded again, and writes the playlists. The encoded files are removed on the way.
 * @throws RenderError as `runTool`, RENDER_FAILED, or OUTPUT_MISMATCH where ffmpeg left a playlist that is not whole.
 */
export async function packHls(context: ToolContext, folder: string, order: HlsPackage): Promise<void> {
  const { key, format, encodings, content } = order;
  await mkdir(path.join(context.cwd, folder), { recursive: true });
  const variants: Variant[] = [];
  let sound: Sound | null = null;
  for (const [i, rendition] of hlsRenditions(key, format).entries()) {
    const encoding = encodings[i];
    if (!encoding) throw new RangeError('a rendition without an encoding');
    const { segments } = await packRendition(context, folder, { rendition, encoding, format });
    const { playlist, media } = rendition;
    const rates = bitRatesOf(segments);
    if (encoding.video === null) sound = { playlist, codec: AAC_LC, ...rates };
    else
      variants.push({ ...encoding.content, playlist, codec: await codecOf(context, `${folder}/${media}`), ...rates });
  }
  if (sound === null) throw new RangeError('a stream without sound');
  const text = await packText(path.join(context.cwd, folder), order);
  const list = printMultivariantPlaylist({ variants, sound, text, frameRate: content.frameRate });
  await writeFile(path.join(context.cwd, folder, key), list);
}

/** Null: there is none. */
async function packText(folder: string, { key, content }: HlsPackage): Promise<Text | null> {
  const { subtitles, frames, frameRate } = content;
  if (!subtitles) return null;
  const { playlist, text } = hlsSubtitles(key);
  await writeFile(path.join(folder, text), printVtt(subtitles.cues));
  await writeFile(path.join(folder, playlist), printWholePlaylist(text, timeUsOf(frames, frameRate) / 1e6));
  return { playlist, language: subtitles.language };
}

interface RenditionOrder {
  readonly rendition: HlsRendition;
  readonly encoding: EncodedFile;
  readonly format: HlsFormat;
}

async function packRendition(
  context: ToolContext,
  folder: string,
  { rendition, encoding, format }: RenditionOrder,
): Promise<MediaPlaylist> {
  const every = framesPerSegment(format.segmentUs, encoding.content);
  const { num, den } = encoding.content.frameRate;
  // Rounded down: a key frame must not come a rounding too early for its segment.
  const segmentSeconds = (Math.floor((every * den * 1e6) / num) / 1e6).toFixed(6);
  const playlist = `${folder}/${rendition.playlist}`;
  const args = packageArguments({
    from: encoding.file,
    playlist,
    media: `${folder}/${rendition.media}`,
    segmentSeconds,
  });
  const result = await runTool(context, 'ffmpeg', args, { onProgress: () => undefined });
  if (result.exitCode !== 0) throw renderFailed(result);
  const full = path.join(context.cwd, playlist);
  const made = parseMediaPlaylist(await readFile(full, 'utf8'));
  if (made === null) throw await notWhole(full);
  const exact = { ...made, file: rendition.media, segments: exactly(made.segments, encoding, every) };
  await writeFile(full, printMediaPlaylist(exact));
  await rm(path.join(context.cwd, encoding.file), { force: true });
  return exact;
}

/** With the lengths of pictures from the frame grid; sound ends on frames of its own. */
function exactly(segments: readonly Segment[], { video, content }: Encoding, every: number): Segment[] {
  if (video === null) return [...segments];
  return segments.map((segment, i) => ({ ...segment, seconds: secondsOf(i, every, content) }));
}

/** ffmpeg ends with code 0 and an empty playlist when the disk is full: only the disk itself says so. */
async function notWhole(file: string): Promise<Error> {
  await writeFile(file, Buffer.alloc(64 * 1024));
  return mismatch(['its playlist is not whole']);
}

async function codecOf({ cwd }: ToolContext, file: string): Promise<string> {
  const codec = avcCodec(await readOutline(path.join(cwd, file)));
  if (!codec) throw mismatch(['its segments have no codec']);
  return codec;
}
