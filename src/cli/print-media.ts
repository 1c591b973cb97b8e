import type { AudioStream, MediaInfo, VideoStream } from '../../generated/cutroom/v1/media.js';
import type { Duration } from '../../generated/google/protobuf/duration.js';
import { durationSeconds } from './format.js';

/** An input for people: one `name  value` line for the file and for each kind of stream that it has. */
export function describeMedia(media: MediaInfo): string[] {
  const rows: [string, string][] = [['format', [media.format, ...lengthOf(media.duration)].join(', ')]];
  if (media.video !== undefined) rows.push([media.video.image ? 'image' : 'video', describeVideo(media.video)]);
  if (media.audio !== undefined) rows.push(['audio', describeAudio(media.audio)]);
  return rows.map(([name, value]) => `${name.padEnd(9)}${value}`);
}

/** `h264, 1920x1080, pixels 16:11, turned by 90°, 29.97 fps, 12.400 s, yuv420p`. */
function describeVideo(video: VideoStream): string {
  const { numerator = 0, denominator = 1 } = video.frameRate ?? {};
  return [
    video.codec,
    `${video.width}x${video.height}`,
    ...pixelsOf(video),
    ...(video.mirrored ? ['mirrored'] : []),
    ...(video.rotation === 0 ? [] : [`turned by ${video.rotation}°`]),
    ...(numerator === 0 ? [] : [`${Number((numerator / denominator).toFixed(3))} fps`]),
    ...lengthOf(video.duration),
    video.pixelFormat,
    ...(video.alpha ? ['transparent'] : []),
  ].join(', ');
}

/** Square pixels go without saying. */
function pixelsOf({ pixelAspectRatio: shape }: VideoStream): string[] {
  if (shape === undefined || shape.numerator === shape.denominator) return [];
  return [`pixels ${shape.numerator}:${shape.denominator}`];
}

/** `aac, 48000 Hz, 2 channels, 12.400 s`. */
function describeAudio(audio: AudioStream): string {
  const channels = `${audio.channels} ${audio.channels === 1 ? 'channel' : 'channels'}`;
  return [audio.codec, `${audio.sampleRate} Hz`, channels, ...lengthOf(audio.duration)].join(', ');
}

function lengthOf(duration: Duration | undefined): string[] {
  return duration === undefined ? [] : [`${durationSeconds(duration).toFixed(3)} s`];
}
