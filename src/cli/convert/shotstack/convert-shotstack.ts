import type { RenderSpec } from '../../../../generated/cutroom/v1/spec.js';
import { AudioAsset, Clip, type Track } from '../../../../generated/cutroom/v1/timeline.js';
import { canvasOf } from '../canvas.js';
import { opaqueColorIn } from '../color.js';
import { fillPlaceholders } from '../placeholders.js';
import { isObject, openSource, type Source } from '../reader.js';
import { RefusedDocumentError } from '../refusal.js';
import type { Report } from '../report.js';
import { gainOf, soundOf } from '../sound.js';
import { specOf, trackOf } from '../spec.js';
import { clipOf } from './clip.js';
import { lanesOf } from './lanes.js';
import { frameOf, outputsOf } from './output.js';
import { timesOf } from './times.js';
import { VOLUME_EFFECTS, VOLUME_FADE_NS } from './volume.js';

/** A Shotstack edit. @throws RefusedDocumentError when it has no timeline, or nothing in it. */
export function convertShotstack(document: Readonly<Record<string, unknown>>, report: Report): RenderSpec {
  const edit = openSource(merged(document, report), '', report);
  // They say where the render's news and files go, and how the service works.
  edit.ignore('callback', 'disk', 'merge', 'id');
  const timeline = edit.object('timeline');
  if (!timeline) throw new RefusedDocumentError('a Shotstack edit has an object `timeline`');
  timeline.ignore('cache');
  for (const font of timeline.objects('fonts'))
    font.leaveOut('has no counterpart: fonts are those of the server; name them in `font` of the texts');
  const output = edit.object('output') ?? openSource({}, 'output', report);
  const frame = frameOf(output, report);
  const background = opaqueColorIn(timeline, 'background') ?? '';

  const tracks = timeline.objects('tracks').map((track) => track.objects('clips'));
  const times = timesOf(tracks, report);
  const lanes = tracks.map((clips, t) =>
    lanesOf(
      clips.map((source, c) => {
        const timed = times.of(t, c);
        return { source, timed, clip: clipOf(source, timed, { frame, report }) };
      }),
    ),
  );
  const muted = output.flag('mute') ?? false;
  // Their first track is on top.
  const placed: Track[] = [...lanes].reverse().flatMap((own) => own.map((clips) => trackOf(clips, { muted })));
  const soundtrack = timeline.object('soundtrack');
  const music = soundtrack && soundtrackOf(soundtrack);
  return specOf(
    {
      canvas: canvasOf(frame, background),
      tracks: music ? [...placed, trackOf([music], { muted })] : placed,
      outputs: outputsOf(output),
    },
    report,
  );
}

/** The edit with its merge fields filled in. */
function merged(document: Readonly<Record<string, unknown>>, report: Report): Readonly<Record<string, unknown>> {
  const { merge, ...rest } = document;
  const values = new Map<string, unknown>();
  const fields: readonly unknown[] = Array.isArray(merge) ? merge : [];
  if (merge !== undefined && merge !== null && !Array.isArray(merge))
    report.warn('merge', 'is not a list; it is left out');
  fields.forEach((field, i) => {
    if (isObject(field) && typeof field.find === 'string' && Object.hasOwn(field, 'replace'))
      values.set(field.find, field.replace);
    else report.warn(`merge[${i}]`, 'needs `find` and `replace`; it is left out');
  });
  const filled = fillPlaceholders(rest, values, (path, name) => {
    report.warn(path, `has the placeholder {{${name}}}, for which there is no merge field`);
  });
  return isObject(filled) ? filled : {};
}

function soundtrackOf(source: Source): Clip | undefined {
  const uri = source.text('src');
  const volume = source.number('volume') ?? 1;
  const fades = source.word('effect', VOLUME_EFFECTS);
  if (uri === undefined || uri === '') {
    source.leaveOut('has no `src`; it is left out');
    return undefined;
  }
  if (volume <= 0) {
    source.leaveOut('has the volume 0; it is left out');
    return undefined;
  }
  const sound = soundOf({
    gainDb: gainOf(volume),
    fadeInNs: fades?.in === true ? VOLUME_FADE_NS : undefined,
    fadeOutNs: fades?.out === true ? VOLUME_FADE_NS : undefined,
  });
  return Clip.fromPartial({
    length: { $case: 'toEnd', value: true },
    asset: { $case: 'audio', value: AudioAsset.fromPartial({ uri, loop: true, sound }) },
  });
}
