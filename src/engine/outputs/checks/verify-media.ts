import { stat } from 'node:fs/promises';
import path from 'node:path';
import { SAMPLE_RATE } from '../../../composition/composition.js';
import { timeUsOf } from '../../../composition/frame-grid.js';
import { sha256File } from '../../../shared/sha256-file.js';
import { microseconds, type ProbeJson, type ProbeStream } from '../../probe/probe-json.js';
import type { ToolContext } from '../../process/run-tool.js';
import { faultsOfText, withoutTexts } from '../subtitles/faults-of-text.js';
import type { OutputProfile, PlannedContent, SubtitleCoding } from '../output-profile.js';
import { bytesOfPicture, decodesWhole, endsDecode, indexFaults, mismatch, readBack, unequal } from './read-back.js';

interface ExpectedVideo {
  readonly codec: string;
  readonly tag: string | null;
  /** Default: yuv420p. */
  readonly pixelFormat?: string;
  /** How it is decoded with its alpha, and the bytes of a pixel then. Absent: it has none. */
  readonly alpha?: { readonly decoder: readonly string[]; readonly bytesEach: number };
}

/** Containers with an index that must come first. */
const WITH_INDEX = new Set(['video/mp4', 'video/quicktime']);

/** What files of a kind have in common. */
export interface ExpectedMedia {
  readonly contentType: string;
  /** Codec and the container's name of it, by ffprobe; null: no pictures. */
  readonly video: ExpectedVideo | null;
  /** Codec by ffprobe; null: no sound. */
  readonly audio: string | null;
  /** Absent: it has no track of text. */
  readonly subtitleCoding?: SubtitleCoding | null;
  /** How far its length may be from the plan's, beside one frame: encoders of sound end on their own frames. */
  readonly slackUs: number;
}

/** Codecs whose files state the colours of their pictures. */
const WITH_COLORS = new Set(['h264', 'hevc', 'av1', 'vp9', 'prores']);

/** Codecs that have limited range and do not say so; ffmpeg said it for them up to 7. */
const WITHOUT_RANGE = new Set(['prores']);

/** Checks files of a kind against their plans: streams, size, colours, number of frames, length, and that they decode. */
export function verifyMedia(expected: ExpectedMedia): OutputProfile['verify'] {
  return async (context, file, plan) => {
    const full = path.join(context.cwd, file);
    const checks = [
      readBack(context, file),
      sha256File(full, context.signal),
      stat(full),
      WITH_INDEX.has(expected.contentType) ? indexFaults(full) : Promise.resolve([]),
      decodes(context, file, expected, plan),
      lacksAlpha(context, file, expected, plan),
    ] as const;
    // None of them may go on when this has thrown: the folder that they read is removed then.
    await Promise.allSettled(checks);
    const [read, sha256, { size }, faults, isDecoded, isOpaque] = await Promise.all(checks);
    const { json, texts } = withoutTexts(read);
    const textFaults = await faultsOfText(context, file, { texts, plan, coding: expected.subtitleCoding ?? null });
    const wrong = [...differences(json, expected, plan), ...textFaults, ...faults];
    if (!isDecoded) wrong.push('it does not decode');
    if (isOpaque) wrong.push('its pictures have no alpha');
    if (wrong.length > 0) throw mismatch(wrong);
    const { video } = expected;
    return {
      sizeBytes: size,
      durationUs: microseconds(json.format?.duration) ?? 0,
      width: video ? plan.width : 0,
      height: video ? plan.height : 0,
      frameRate: plan.frameRate,
      frameCount: video ? plan.frames : 0,
      videoCodec: video?.codec ?? '',
      audioCodec: expected.audio ?? '',
      contentType: expected.contentType,
      sha256,
    };
  };
}

function differences(json: ProbeJson, expected: ExpectedMedia, plan: PlannedContent): string[] {
  const { streams = [] } = json;
  const video = streams.find(({ codec_type: type }) => type === 'video');
  const audio = streams.find(({ codec_type: type }) => type === 'audio');
  const planned = (expected.video ? 1 : 0) + (expected.audio === null ? 0 : 1);
  if (streams.length !== planned) return [`it has ${streams.length} streams instead of ${planned}`];
  return [
    ...(expected.video ? ofVideo(video, expected.video, plan) : []),
    ...(expected.audio === null ? [] : ofAudio(audio, expected.audio)),
    ...ofLength(json, expected, plan),
    ...ofStart(video, audio, plan),
  ];
}

function ofVideo(
  video: ProbeStream | undefined,
  { codec, tag, pixelFormat = 'yuv420p' }: ExpectedVideo,
  plan: PlannedContent,
): string[] {
  const colors = WITH_COLORS.has(codec)
    ? ([
        ['pixel format', video?.pix_fmt, pixelFormat],
        ['colour matrix', video?.color_space, 'bt709'],
        ['colour transfer', video?.color_transfer, 'bt709'],
        ['colour primaries', video?.color_primaries, 'bt709'],
        ...(WITHOUT_RANGE.has(codec) ? [] : ([['colour range', video?.color_range, 'tv']] as const)),
      ] as const)
    : [];
  return unequal([
    ['video codec', video?.codec_name, codec],
    ['size', `${video?.width ?? 0}x${video?.height ?? 0}`, `${plan.width}x${plan.height}`],
    ['frames', Number(video?.nb_read_packets), plan.frames],
    ...(tag === null ? [] : ([['codec tag', video?.codec_tag_string, tag]] as const)),
    ...colors,
  ]);
}

function ofAudio(audio: ProbeStream | undefined, codec: string): string[] {
  return unequal([
    ['audio codec', audio?.codec_name, codec],
    ['sample rate', Number(audio?.sample_rate), SAMPLE_RATE],
    ['channels', audio?.channels, 2],
  ]);
}

/** The longer of pictures and sound; a microsecond is lost where ffprobe rounds. */
function ofLength(json: ProbeJson, { video, audio, slackUs }: ExpectedMedia, plan: PlannedContent): string[] {
  const pictureUs = video ? timeUsOf(plan.frames, plan.frameRate) : 0;
  const soundUs = audio === null ? 0 : (plan.samples * 1e6) / SAMPLE_RATE;
  const plannedUs = Math.max(pictureUs, soundUs);
  const isUs = microseconds(json.format?.duration) ?? 0;
  const allowedUs = Math.max(video ? timeUsOf(1, plan.frameRate) : 0, slackUs) + 1;
  return Math.abs(isUs - plannedUs) > allowedUs ? [`it lasts ${isUs} us instead of ${plannedUs} us`] : [];
}

function ofStart(video: ProbeStream | undefined, audio: ProbeStream | undefined, plan: PlannedContent): string[] {
  if (!video || !audio) return [];
  const apartUs = Math.abs((microseconds(audio.start_time) ?? 0) - (microseconds(video.start_time) ?? 0));
  return apartUs > timeUsOf(1, plan.frameRate) ? [`its audio and its video begin ${apartUs} us apart`] : [];
}

/** Sound and animations whole, which is cheap; of videos the first picture and one at the last key frame. */
function decodes(
  context: ToolContext,
  file: string,
  { video, audio }: ExpectedMedia,
  plan: PlannedContent,
): Promise<boolean> {
  if (video === null || audio === null) return decodesWhole(context, file);
  const plannedUs = timeUsOf(plan.frames, plan.frameRate);
  return endsDecode(context, file, { plannedUs, options: video.alpha?.decoder ?? [] });
}

/** Whether pictures that must have alpha come out of the decoder without. */
async function lacksAlpha(
  context: ToolContext,
  file: string,
  { video }: ExpectedMedia,
  { width, height }: PlannedContent,
): Promise<boolean> {
  if (!video?.alpha) return false;
  const { decoder, bytesEach } = video.alpha;
  return (await bytesOfPicture(context, file, decoder)) !== width * height * bytesEach;
}
