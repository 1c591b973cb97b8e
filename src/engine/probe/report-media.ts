import path from 'node:path';
import { RenderError } from '../../task/failure.js';
import type { MediaReport, VideoReport } from '../../task/ports/media-inspector.js';
import { namedRefusal } from '../images/named-refusal.js';
import { sniffFile } from '../images/sniff-file.js';
import type { ToolContext } from '../process/run-tool.js';
import type { VisualDetails } from './media-details.js';
import { durationTagUs, microseconds, rational, type ProbeJson, type ProbeStream } from './probe-json.js';
import { probeVisual } from './probe.js';
import { probe, type ProbeTarget } from './run-probe.js';
import { reportImage } from './report-image.js';

/** So much of a video is read to tell it from a image. */
const LOOK_US = 1_000_000;

/**
 * What is in a file, for people.
 * @throws RenderError as `probeVisual` does, INPUT_NOT_MEDIA when there is neither frame nor audio, and INPUT_NOT_SUPPORTED or INPUT_DAMAGED.
 */
export async function reportMedia(context: ToolContext, target: ProbeTarget): Promise<MediaReport> {
  const format = await sniffFile(path.join(context.cwd, target.file));
  if (format.kind === 'image') return reportImage(context, target, format.format, LOOK_US);
  try {
    return await reportByProbe(context, target);
  } catch (error) {
    throw namedRefusal(error, format);
  }
}

async function reportByProbe(context: ToolContext, target: ProbeTarget): Promise<MediaReport> {
  const json = await probe(context, target, [
    '-show_entries',
    'stream=index,codec_name,codec_type,width,height,pix_fmt,sample_aspect_ratio,avg_frame_rate,r_frame_rate,duration,channels,sample_rate:stream_tags=DURATION:' +
      'stream_disposition=attached_pic:stream_side_data=rotation:format=format_name,duration',
  ]);
  const streams = json.streams ?? [];
  const visual = streams.find((s) => s.codec_type === 'video' && s.disposition?.attached_pic !== 1);
  const audio = streams.find((s) => s.codec_type === 'audio');
  if (!visual && !audio)
    throw new RenderError('INPUT_NOT_MEDIA', 'this file has neither video nor audio', { field: target.field });
  const video = visual ? await reportVideo(context, target, visual, json) : null;
  return {
    format: json.format?.format_name ?? '',
    durationUs: video?.image ? null : microseconds(json.format?.duration),
    video,
    audio: audio ? reportAudio(audio, json) : null,
  };
}

async function reportVideo(
  context: ToolContext,
  target: ProbeTarget,
  first: ProbeStream,
  json: ProbeJson,
): Promise<VideoReport> {
  const details = await probeVisual(context, target, LOOK_US);
  const image = details.facts.kind === 'image';
  const stream = json.streams?.find(({ index }) => index === details.streamIndex) ?? first;
  const rotation = clockwise(stream);
  return {
    image,
    codec: details.codec,
    width: details.width,
    height: details.height,
    rotation,
    frameRate: details.frameRate,
    durationUs: image ? null : lengthOf(stream, json),
    pixelFormat: stream.pix_fmt ?? '',
    alpha: details.hasAlpha,
    ...shapeOf(stream, details, rotation),
    mirrored: false,
    orientationApplied: rotation !== 0,
    decoded: false,
  };
}

function shapeOf(stream: ProbeStream, { width, height }: VisualDetails, rotation: VideoReport['rotation']) {
  const pixelAspectRatio = rational(stream.sample_aspect_ratio);
  const { num, den } = pixelAspectRatio ?? { num: 1, den: 1 };
  const upright = [Math.max(1, Math.round((width * num) / den)), height] as const;
  const [displayWidth, displayHeight] = rotation % 180 === 0 ? upright : [upright[1], upright[0]];
  return { pixelAspectRatio, displayWidth, displayHeight };
}

function reportAudio(stream: ProbeStream, json: ProbeJson): NonNullable<MediaReport['audio']> {
  return {
    codec: stream.codec_name ?? '',
    sampleRate: Number(stream.sample_rate ?? 0),
    channels: stream.channels ?? 0,
    durationUs: lengthOf(stream, json),
  };
}

function lengthOf(stream: ProbeStream, json: ProbeJson): number | null {
  return microseconds(stream.duration) ?? durationTagUs(stream) ?? microseconds(json.format?.duration);
}

/** ffprobe tells of the turn that was made, counter-clockwise and signed; we of the one to be made. Odd angles are not turned. */
function clockwise(stream: ProbeStream): VideoReport['rotation'] {
  const angle = stream.side_data_list?.find((data) => data.rotation !== undefined)?.rotation ?? 0;
  switch (((Math.round(-angle) % 360) + 360) % 360) {
    case 90:
      return 90;
    case 180:
      return 180;
    case 270:
      return 270;
    default:
      return 0;
  }
}
