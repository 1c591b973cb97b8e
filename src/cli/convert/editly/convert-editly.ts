import type { RenderSpec } from '../../../../generated/cutroom/v1/spec.js';
import { OutputSpec } from '../../../../generated/cutroom/v1/output_spec.js';
import { AudioAsset, Clip, type Track } from '../../../../generated/cutroom/v1/timeline.js';
import { canvasOf, type Frame, possibleSize } from '../canvas.js';
import { openSource, type Source, withDefaults } from '../reader.js';
import { RefusedDocumentError } from '../refusal.js';
import type { Report } from '../report.js';
import { placeSections, type Section, type SectionLayer } from '../sections.js';
import { soundOf } from '../sound.js';
import { specOf, trackOf } from '../spec.js';
import { CLIP_LENGTH, durationOf, SECOND, VIDEO_TIME } from '../time.js';
import { layersOf } from './layer.js';
import type { LayerContext } from './layer-context.js';
import { pathIn } from './path.js';
import { transitionOf } from './transitions.js';
import { cutIn } from './video.js';
import { gainIn } from './volume.js';

/** How editly works, not what it makes. */
const WORKING = [
  'allowRemoteRequests',
  'enableFfmpegLog',
  'keepTmp',
  'verbose',
  'logTimes',
  'ffmpegPath',
  'ffprobePath',
  'tmpDir',
];

/** A sound that runs over clips, with the number of the clip that it starts in; without one it starts with the video. */
interface Detached {
  readonly source: Source;
  readonly clip: number | undefined;
}

/** An editly spec. @throws RefusedDocumentError when it has no clips. */
export function convertEditly(document: Readonly<Record<string, unknown>>, report: Report): RenderSpec {
  const edit = openSource(document, '', report);
  edit.ignore(...WORKING);
  if (edit.flag('fast') === true) edit.warn('fast', 'has no counterpart; ask for a draft by the quality of an output');
  const defaults = edit.object('defaults');
  const frame = frameOf(edit);
  const detached: Detached[] = edit.objects('audioTracks').map((source) => ({ source, clip: undefined }));
  const keepSourceAudio = edit.flag('keepSourceAudio') ?? false;
  const clipsGain = gainIn(edit, 'clipsAudioVolume');
  const outputGain = gainIn(edit, 'outputVolume');
  const clips = edit.objects('clips');
  if (clips.length === 0) throw new RefusedDocumentError('an editly spec has a list `clips`, with at least one');
  const context = { frame, keepSourceAudio: keepSourceAudio && clipsGain !== undefined, gainDb: clipsGain ?? 0 };
  const sections = clips.map((clip, i): Section => {
    const isLast = i === clips.length - 1;
    const own = ownLayers(clip, defaults, report);
    detached.push(...own.filter(isDetached).map((source) => ({ source, clip: i })));
    const transition = transitionOf(clip, defaults, report);
    return {
      ...sectionOf(
        clip,
        own.filter((layer) => !isDetached(layer)),
        { defaults, context },
      ),
      transition: isLast ? undefined : transition,
    };
  });
  const placed = placeSections(sections, 'clip', report);
  const sounds = [backgroundOf(edit), ...detached.map((one) => detachedOf(one, placed.bases))];
  normalization(edit);
  const settings = { gainDb: outputGain ?? 0, muted: outputGain === undefined };
  const tracks: Track[] = [...placed.tracks, ...sounds.flatMap((clip) => (clip ? [trackOf([clip])] : []))];
  return specOf(
    {
      canvas: canvasOf(frame),
      tracks: tracks.map((track) => ({ ...track, ...settings })),
      // Sounds that last longer are cut there.
      lengthNs: sounds.some((clip) => clip?.length?.$case === 'duration') ? placed.totalNs : undefined,
      outputs: outputsOf(edit),
    },
    report,
  );
}

function isDetached(layer: Source): boolean {
  return layer.text('type') === 'detached-audio';
}

/** The layers of a clip, a single one without its list, with the defaults of the document. */
function ownLayers(clip: Source, defaults: Source | undefined, report: Report): Source[] {
  const single = Array.isArray(clip.value('layers')) ? undefined : clip.object('layers');
  const layers = single ? [single] : clip.objects('layers');
  const ofLayers = defaults?.object('layer');
  const ofTypes = defaults?.object('layerType');
  if (layers.length === 0) report.warn(clip.path, 'has no layers; it is black');
  return layers.map((layer) => {
    const type = layer.text('type');
    const ofType = type === undefined ? undefined : ofTypes?.object(type);
    return withDefaults(
      layer,
      [ofType, ofLayers].filter((one) => one !== undefined),
    );
  });
}

/** Seconds of a clip without a length of its own and without a video. */
const DEFAULT_NS = 4n * SECOND;

interface SectionContext {
  readonly defaults: Source | undefined;
  readonly context: Omit<LayerContext, 'clipNs'>;
}

function sectionOf(
  clip: Source,
  layers: readonly Source[],
  { defaults, context }: SectionContext,
): Omit<Section, 'transition'> {
  const saidNs = clip.time('duration', CLIP_LENGTH);
  const byDefaultNs = defaults?.time('duration', CLIP_LENGTH) ?? DEFAULT_NS;
  const video = layers.find((layer) => layer.text('type') === 'video');
  const cutNs = video && cutIn(video).lengthNs;
  const lengthNs = saidNs ?? (video ? cutNs : byDefaultNs);
  const made: SectionLayer[] = [];
  let timing: number | undefined;
  for (const layer of layers) {
    const own = layersOf(layer, { ...context, clipNs: lengthNs });
    if (layer === video && lengthNs === undefined && own.length > 0) timing = made.length;
    made.push(
      ...own.map((one) =>
        layer === video && lengthNs === undefined ? { ...one, length: { kind: 'NATURAL' } as const } : one,
      ),
    );
  }
  // A video that is left out tells no length.
  const isLost = lengthNs === undefined && timing === undefined;
  return { path: clip.path, layers: made, lengthNs: isLost ? byDefaultNs : lengthNs, timing, background: '#000000' };
}

const SIDES = { min: 1, max: 16_384 };

function frameOf(edit: Source): Frame {
  const [width, height] = [edit.number('width', SIDES), edit.number('height', SIDES)];
  const fps = edit.number('fps', { min: 1, max: 120 });
  if (fps === undefined) edit.warn('fps', 'is not said, so it would be that of the first video; it is 25 here');
  if (width === undefined && height === undefined)
    edit.warn('width', 'is not said, so the size would be that of the first video; it is 1920x1080 here');
  else if (width === undefined || height === undefined)
    edit.warn(
      width === undefined ? 'width' : 'height',
      'is not said, so it would follow from the first video; the frame is 16:9 here',
    );
  const report: Pick<Report, 'warn'> = {
    warn: (path, message) => {
      edit.warn(path, message);
    },
  };
  const wide = width ?? (height === undefined ? 1920 : even((height * 16) / 9));
  const high = height ?? (width === undefined ? 1080 : even((width * 9) / 16));
  return { ...possibleSize(wide, high, report, 'width'), rate: fps ?? 25 };
}

function even(side: number): number {
  return 2 * Math.round(side / 2);
}

/** `audioFilePath`: a sound for all of the video. */
function backgroundOf(edit: Source): Clip | undefined {
  const loop = edit.flag('loopAudio') ?? false;
  const gain = gainIn(edit, 'backgroundAudioVolume');
  const uri = edit.text('audioFilePath');
  if (uri === undefined || uri === '') return undefined;
  if (gain === undefined) {
    edit.warn('audioFilePath', 'is silent by `backgroundAudioVolume`; it is left out');
    return undefined;
  }
  const audio = AudioAsset.fromPartial({ uri, loop, sound: soundOf({ gainDb: gain }) });
  return Clip.fromPartial({ asset: { $case: 'audio', value: audio }, length: { $case: 'toEnd', value: true } });
}

/** A sound of `audioTracks`, or a layer `detached-audio`. */
function detachedOf({ source, clip }: Detached, bases: readonly string[]): Clip | undefined {
  source.ignore('type');
  const uri = pathIn(source);
  if (uri === undefined) return undefined;
  const gain = gainIn(source, 'mixVolume');
  if (gain === undefined) {
    source.leaveOut('is silent by its volume; it is left out');
    return undefined;
  }
  const { fromNs, lengthNs } = cutIn(source);
  const startNs = source.time('start', VIDEO_TIME) ?? 0n;
  const base = clip === undefined ? undefined : bases[clip];
  const later = startNs === 0n ? undefined : durationOf(startNs);
  const audio = AudioAsset.fromPartial({
    uri,
    trimStart: fromNs === 0n ? undefined : durationOf(fromNs),
    sound: soundOf({ gainDb: gain }),
  });
  return Clip.fromPartial({
    ...(base === undefined
      ? { begin: later && { $case: 'start', value: later } }
      : { begin: { $case: 'startWith', value: base }, offset: later }),
    asset: { $case: 'audio', value: audio },
    length:
      lengthNs === undefined ? { $case: 'toEnd', value: true } : { $case: 'duration', value: durationOf(lengthNs) },
  });
}

function normalization(edit: Source): void {
  const norm = edit.object('audioNorm');
  if (norm?.flag('enable') === true)
    norm.leaveOut(
      'has no counterpart: `duck` of a track makes room for speech, `loudness` of the timeline sets the whole',
    );
  else norm?.ignore('gaussSize', 'maxGain');
}

function outputsOf(edit: Source): OutputSpec[] {
  const path = edit.text('outPath');
  const extension = /\.(\w+)$/.exec(path ?? '')?.[1]?.toLowerCase() ?? 'mp4';
  if (extension === 'gif') return [OutputSpec.fromPartial({ kind: { $case: 'gif', value: {} } })];
  if (extension === 'webm') return [OutputSpec.fromPartial({ kind: { $case: 'webm', value: {} } })];
  if (extension === 'mov') return [OutputSpec.fromPartial({ kind: { $case: 'mov', value: {} } })];
  if (extension !== 'mp4') edit.warn('outPath', `has the extension “${extension}”; the output is an MP4`);
  return [];
}
