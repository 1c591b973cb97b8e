import type { MediaInfo, VideoStream } from '../../generated/cutroom/v1/media.js';
import type { MediaReport, VideoReport } from '../task/ports/media-inspector.js';
import { printDuration } from './print-duration.js';

/** An inspected input, as callers see it. */
export function printMedia({ format, durationUs, video, audio }: MediaReport): MediaInfo {
  return {
    format,
    duration: print(durationUs),
    video: video ? printVideo(video) : undefined,
    audio: audio
      ? {
          codec: audio.codec,
          sampleRate: audio.sampleRate,
          channels: audio.channels,
          duration: print(audio.durationUs),
        }
      : undefined,
  };
}

function printVideo({ frameRate, durationUs, pixelAspectRatio, ...video }: VideoReport): VideoStream {
  return {
    ...video,
    pixelAspectRatio: printFraction(pixelAspectRatio),
    frameRate: printFraction(frameRate),
    duration: print(durationUs),
  };
}

function printFraction(fraction: VideoReport['frameRate']) {
  return fraction ? { numerator: fraction.num, denominator: fraction.den } : undefined;
}

function print(us: number | null) {
  return us === null ? undefined : printDuration(us);
}
