import type { ResolvedClip, Resolution, ResolvedVideo } from '../../generated/cutroom/v1/resolution.js';
import { durationSeconds } from './format.js';

/** What a render would make, for people: a line for each video, track and clip. */
export function resolutionText({ videos, estimate }: Resolution): string {
  const cpu = durationSeconds(estimate?.cpuTime).toFixed(1);
  const pixels = (Number(estimate?.pixelFrames ?? 0n) / 1e6).toFixed(1);
  return [...videos.flatMap(describeVideo), `estimate  about ${cpu} s of processor time, ${pixels} million pixels`]
    .map((line) => `${line}\n`)
    .join('');
}

function describeVideo({ width, height, frameRate, frameCount, duration, tracks, cueCount }: ResolvedVideo): string[] {
  const { numerator = 0, denominator = 1 } = frameRate ?? {};
  const fps = Number((numerator / denominator).toFixed(3));
  return [
    `video     ${width}x${height}, ${fps} fps, ${seconds(duration)} s, ${frameCount} frames${cueCount > 0 ? `, ${cueCount} subtitles` : ''}`,
    ...tracks.flatMap(({ field, id, clips, clipCount }) => [
      `  ${field}${id === '' ? '' : ` "${id}"`}`,
      ...clips.map(describeClip),
      ...(clipCount > clips.length ? [`    and ${clipCount - clips.length} more`] : []),
    ]),
  ];
}

/** `   1.000 s to    3.500 s, frames 30 to 104  spec.timeline.tracks[0].clips[1] "title"`. */
function describeClip({ field, id, start, duration, startFrame, frameCount }: ResolvedClip): string {
  const end = (durationSeconds(start) + durationSeconds(duration)).toFixed(3);
  const times = `${seconds(start).padStart(9)} s to ${end.padStart(9)} s, frames ${startFrame} to ${startFrame + frameCount - 1}`;
  return `  ${times}  ${field}${id === '' ? '' : ` "${id}"`}`;
}

function seconds(duration: ResolvedClip['start']): string {
  return durationSeconds(duration).toFixed(3);
}
