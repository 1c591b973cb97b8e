import { type Box, type Form, type InputUse, OWN_SIZE } from '../form.js';
import { composeTimeline } from './compose-timeline.js';
import { clipsOf, type Keyed, type Look, type Timeline, type TimelineClip } from './timeline.js';

/** A form that is a timeline. */
export interface TimelineForm extends Form {
  readonly timeline: Timeline;
}

/** What a timeline uses and makes. */
export function timelineForm(timeline: Timeline): TimelineForm {
  return {
    timeline,
    inputs: inputsOf(timeline, false),
    compose(facts) {
      const { composition, warnings, outline } = composeTimeline(timeline, facts);
      return { compositions: [composition], warnings, outlines: [outline] };
    },
  };
}

/** @param isMuted whether all of it is silent. */
function inputsOf(timeline: Timeline, isMuted: boolean): InputUse[] {
  return clipsOf(timeline).flatMap(({ clip, track }) =>
    usesOf(clip, isMuted || (timeline.tracks[track]?.muted ?? false)),
  );
}

/** As far as any input is read. */
const ALL_US = 24 * 3600 * 1_000_000;

/** The largest side that an image is decoded at. */
const MAX_SIDE = 16_384;

function usesOf(clip: TimelineClip, isMuted: boolean): InputUse[] {
  const { content, length } = clip;
  const shownUs = length.kind === 'DURATION' ? length.us : ALL_US;
  switch (content.kind) {
    case 'AUDIO':
      return [{ role: 'audio', asset: content.asset, measured: length.kind === 'NATURAL' }];
    case 'SUBTITLES': {
      const { source } = content.subtitles;
      return source.kind === 'file' ? [{ role: 'subtitles', asset: source.asset }] : [];
    }
    case 'VISUAL': {
      const { source, look, matte } = content;
      const beside: InputUse[] = [
        ...(look.lut ? [{ role: 'lut' as const, asset: look.lut }] : []),
        ...(matte ? inputsOf(matte.source.timeline, true) : []),
      ];
      if (source.kind === 'IMAGE') {
        const { asset } = source;
        return [{ role: 'visual', asset, untilUs: shownUs, box: boxOf(look) }, ...beside];
      }
      if (source.kind === 'TIMELINE')
        return [...inputsOf(source.timeline, isMuted || source.gainDb === null), ...beside];
      if (source.kind !== 'VIDEO') return beside;
      const { asset, trimStartUs, speed, sound } = source;
      const untilUs = Math.min(ALL_US, trimStartUs + Math.ceil(shownUs * speed));
      const uses: InputUse[] = [{ role: 'visual', asset, untilUs, box: boxOf(look) }, ...beside];
      if (sound && !isMuted) uses.push({ role: 'audio', asset, measured: false, optional: true });
      return uses;
    }
  }
}

/** The pixels in which all of the asset would have to be read, so that the part that is shown is sharp. */
function boxOf({ width, height, fit, part, motion }: Look): Box {
  if (fit === 'NONE') return OWN_SIZE;
  const factor = 1 + (motion?.strength ?? 0);
  const side = (keyed: Keyed, share: number) =>
    Math.max(1, Math.min(MAX_SIDE, Math.ceil((largestOf(keyed) * factor) / share)));
  return { width: side(width, part?.width ?? 1), height: side(height, part?.height ?? 1) };
}

function largestOf(keyed: Keyed): number {
  return typeof keyed === 'number' ? keyed : Math.max(...keyed.map(({ value }) => value));
}
