import { pictureSize, type Composition } from '../../composition/composition.js';
import type { Target } from '../command-line.js';
import type { Way } from '../compositor/ways.js';
import { isJoined } from './plan-outputs.js';
import type { Pass, PlannedOutput } from './plan-passes.js';
import { POSTER_FILTERS, POSTER_OPTIONS } from './poster.js';

/** The files that one command of a pass makes, and the ways of its picture and sound to them. */
export interface Targets {
  readonly video: readonly Way[];
  readonly audio: readonly Way[];
  /** The videos first: ffmpeg's progress is that of the first. */
  readonly files: readonly Target[];
}

/** Names of files in the scratch folder. */
export const scratchFiles = {
  finished: ({ index }: PlannedOutput) => `output-${index}`,
  poster: ({ index }: PlannedOutput) => `poster-${index}.jpg`,
  sheet: ({ index }: PlannedOutput, number: string) => `sheet-${index}-${number}.jpg`,
  cues: ({ index }: PlannedOutput) => `sheet-${index}.vtt`,
  section: ({ index }: PlannedOutput, number: number) => `section-${index}-${number}`,
  soundtrack: ({ index }: PlannedOutput) => `soundtrack-${index}`,
};

/** Scaling of a finished picture: accurate, since flat areas would come out darker, and from every pixel. */
const SCALER = 'flags=bicubic+accurate_rnd+full_chroma_int';

/** For the only command of a pass: pictures and sound. */
export function wholeTargets(pass: Pass): Targets {
  const branches = pass.outputs.map((output): Branch => {
    if (output.profile.video === null) return { sounds: soundWays(output), files: [soundFile(output)] };
    const toPart = isJoined(pass, output);
    const pads = toPart ? [videoPad(output)] : [videoPad(output), ...soundWays(output).map(({ to }) => to)];
    const file = toPart ? scratchFiles.section(output, 0) : scratchFiles.finished(output);
    const options = [
      ...videoOptions(output, null),
      ...(toPart ? partOptions(output) : [...soundOptions(output), ...output.profile.containerOptions]),
    ];
    return {
      picture: pictureWay(pass.composition, output, { hasPoster: true }),
      sounds: toPart ? [] : soundWays(output),
      files: [{ file, pads, options }],
      poster: posterFile(output),
    };
  });
  return together(branches);
}

/** For the pictures of a section. @param threads of each encoder. @param only the output that they are for; absent: all. */
export function sectionTargets(pass: Pass, number: number, threads: number, only?: PlannedOutput): Targets {
  // That of a copied section is a step of its own.
  const hasPoster = number === 0 && pass.sections[0]?.copied === null;
  const pictures = only ? [only] : pass.outputs.filter(({ profile }) => profile.video !== null);
  return together(
    pictures.map((output): Branch => {
      const options = [...videoOptions(output, threads), ...besideCopies(pass), ...partOptions(output)];
      return {
        picture: pictureWay(pass.composition, output, { hasPoster }),
        files: [{ file: scratchFiles.section(output, number), pads: [videoPad(output)], options }],
        ...(hasPoster ? { poster: posterFile(output) } : {}),
      };
    }),
  );
}

/** For the poster alone of an output. */
export function posterTargets({ composition }: Pass, output: PlannedOutput): Targets {
  const { filters } = pictureWay(composition, output, { hasPoster: false });
  const picture: Way = { filters: [...filters, ...POSTER_FILTERS], to: posterPad(output) };
  return together([{ picture, files: [], poster: posterFile(output) }]);
}

/** For the sound of a pass whose pictures are rendered in sections, or that has none. */
export function soundtrackTargets(pass: Pass): Targets {
  const sounding = pass.outputs.filter(({ profile }) => profile.audio !== null);
  return together(sounding.map((output) => ({ sounds: soundWays(output), files: [soundFile(output)] })));
}

/** What a command does for one output. */
interface Branch {
  readonly picture?: Way;
  readonly sounds?: readonly SoundWay[];
  readonly files: readonly Target[];
  readonly poster?: Target;
}

interface SoundWay extends Way {
  readonly to: string;
}

function together(branches: readonly Branch[]): Targets {
  const videos = branches.filter(({ picture }) => picture);
  const ordered = [...videos, ...branches.filter(({ picture }) => !picture)];
  return {
    video: branches.flatMap(({ picture }) => picture ?? []),
    audio: branches.flatMap(({ sounds = [] }) => sounds),
    files: [...ordered.flatMap(({ files }) => files), ...branches.flatMap(({ poster }) => poster ?? [])],
  };
}

/** Scaled once, for the video and its poster. */
function pictureWay(composition: Composition, output: PlannedOutput, { hasPoster }: { hasPoster: boolean }): Way {
  const { content, profile } = output;
  const picture = pictureSize(composition);
  const isScaled = content.width !== picture.width || content.height !== picture.height;
  const scale = isScaled ? [`scale=${content.width}:${content.height}:${SCALER}`] : [];
  const video: Way = { filters: profile.video?.finish ?? [], to: videoPad(output) };
  const poster: Way = { filters: POSTER_FILTERS, to: posterPad(output) };
  return { filters: scale, to: hasPoster ? [video, poster] : [video] };
}

function soundWays(output: PlannedOutput): SoundWay[] {
  return output.profile.audio === null ? [] : [{ filters: [], to: `sound${output.index}` }];
}

function videoPad({ index }: PlannedOutput): string {
  return `video${index}`;
}

function posterPad({ index }: PlannedOutput): string {
  return `poster${index}`;
}

function posterFile(output: PlannedOutput): Target {
  return { file: scratchFiles.poster(output), pads: [posterPad(output)], options: POSTER_OPTIONS };
}

/** The sound alone: finished, or to be joined with pictures. */
function soundFile(output: PlannedOutput): Target {
  const { video, audio, containerOptions } = output.profile;
  const pads = soundWays(output).map(({ to }) => to);
  const isPart = video !== null;
  const options = [...soundOptions(output), ...(isPart ? (audio?.partOptions ?? []) : containerOptions)];
  return { file: isPart ? scratchFiles.soundtrack(output) : scratchFiles.finished(output), pads, options };
}

function videoOptions({ profile, content, spec: { quality } }: PlannedOutput, threads: number | null) {
  return profile.video?.options({ ...content, quality, threads, aim: null }) ?? [];
}

function soundOptions({ profile }: PlannedOutput): readonly string[] {
  return profile.audio?.options ?? [];
}

/** Parts that are joined with copied ones have parameter sets of another number. */
function besideCopies({ copying }: Pass): readonly string[] {
  return copying ? ['-x264-params', `sps-id=${copying.parameterSetId}`] : [];
}

function partOptions({ profile }: PlannedOutput): readonly string[] {
  return profile.video?.partOptions ?? [];
}
