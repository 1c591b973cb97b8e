import { pictureSize, type Composition } from '../../composition/composition.js';
import type { Target } from '../command-line.js';
import type { Way } from '../compositor/ways.js';
import { isJoined } from './plan-outputs.js';
import type { Encoding } from './output-profile.js';
import type { Pass, PlannedOutput } from './plan-passes.js';
import { scratchFiles } from './scratch-files.js';
import { scaledWithAlpha } from '../compositor/color/convert.js';
import { posterFilters, POSTER_OPTIONS } from './poster.js';

/** The files that one command of a pass makes, and the ways of its picture and sound to them. */
export interface Targets {
  readonly video: readonly Way[];
  readonly audio: readonly Way[];
  /** The videos first: ffmpeg's progress is that of the first. */
  readonly files: readonly Target[];
}

/** Scaling of a finished picture: accurate, since flat areas would come out darker, and from every pixel. */
const SCALER = 'flags=bicubic+accurate_rnd+full_chroma_int';

/** For the only command of a pass: pictures and sound. */
export function wholeTargets(pass: Pass): Targets {
  const branches = encodingsOf(pass).map(([output, encoding]): Branch => {
    if (encoding.video === null) return { sounds: soundWays(encoding), files: [soundFile(encoding)] };
    const toPart = isJoined(pass, encoding);
    const pads = toPart ? [videoPad(encoding)] : [videoPad(encoding), ...soundWays(encoding).map(({ to }) => to)];
    const file = toPart ? scratchFiles.section(encoding, 0) : scratchFiles.encoded(encoding);
    const options = [
      ...videoOptions(output, encoding, { threads: null, from: 0 }),
      ...(toPart ? encoding.video.partOptions : [...soundOptions(encoding), ...encoding.containerOptions]),
    ];
    return {
      picture: pictureWay(pass.composition, encoding, { hasPoster: encoding.hasPoster }),
      sounds: toPart ? [] : soundWays(encoding),
      files: [{ file, pads, options, ...deviceOf(encoding) }],
      ...(encoding.hasPoster ? { poster: posterFile(output, encoding) } : {}),
    };
  });
  return together(branches);
}

/** For the pictures of a section. @param threads of each encoder. @param only the encoding that they are for; absent: all. */
export function sectionTargets(pass: Pass, number: number, threads: number, only?: Encoding): Targets {
  const from = (pass.sections[number]?.startFrame ?? 0) - pass.range.startFrame;
  // That of a copied section is a step of its own.
  const isFirst = number === 0 && pass.sections[0]?.copied === null;
  return together(
    encodingsOf(pass).flatMap(([output, encoding]): Branch[] => {
      if (encoding.video === null || (only && encoding !== only)) return [];
      const hasPoster = encoding.hasPoster && isFirst;
      const coding = videoOptions(output, encoding, { threads, from });
      const options = [...coding, ...besideCopies(pass), ...encoding.video.partOptions];
      return [
        {
          picture: pictureWay(pass.composition, encoding, { hasPoster }),
          files: [
            {
              file: scratchFiles.section(encoding, number),
              pads: [videoPad(encoding)],
              options,
              ...deviceOf(encoding),
            },
          ],
          ...(hasPoster ? { poster: posterFile(output, encoding) } : {}),
        },
      ];
    }),
  );
}

/** For the poster alone of an output. */
export function posterTargets({ composition }: Pass, output: PlannedOutput, encoding: Encoding): Targets {
  const { filters } = pictureWay(composition, encoding, { hasPoster: false });
  const picture: Way = { filters: [...filters, ...posterFilters(encoding)], to: posterPad(encoding) };
  return together([{ picture, files: [], poster: posterFile(output, encoding) }]);
}

/** For the sound of a pass whose pictures are rendered in sections, or that has none. */
export function soundtrackTargets(pass: Pass): Targets {
  const sounding = encodingsOf(pass).filter(([, { audio }]) => audio !== null);
  return together(sounding.map(([, encoding]) => ({ sounds: soundWays(encoding), files: [soundFile(encoding)] })));
}

function encodingsOf({ outputs }: Pass): (readonly [PlannedOutput, Encoding])[] {
  return outputs.flatMap((output) => output.encodings.map((encoding) => [output, encoding] as const));
}

/** What a command does for one encoding. */
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
function pictureWay(composition: Composition, encoding: Encoding, { hasPoster }: { hasPoster: boolean }): Way {
  const { content, video: coding } = encoding;
  const picture = pictureSize(composition);
  const isScaled = content.width !== picture.width || content.height !== picture.height;
  const scaler = `scale=${content.width}:${content.height}:${SCALER}`;
  const scale = !isScaled ? [] : encoding.hasAlpha ? scaledWithAlpha(scaler) : [scaler];
  const video: Way = { filters: coding?.finish(`finish${encoding.name}`) ?? [], to: videoPad(encoding) };
  const poster: Way = { filters: posterFilters(encoding), to: posterPad(encoding) };
  return { filters: scale, to: hasPoster ? [video, poster] : [video] };
}

function soundWays(encoding: Encoding): SoundWay[] {
  return encoding.audio === null ? [] : [{ filters: encoding.audio.filters ?? [], to: `sound${encoding.name}` }];
}

function videoPad({ name }: Encoding): string {
  return `video${name}`;
}

function posterPad({ name }: Encoding): string {
  return `poster${name}`;
}

function posterFile(output: PlannedOutput, encoding: Encoding): Target {
  return { file: scratchFiles.poster(output), pads: [posterPad(encoding)], options: POSTER_OPTIONS };
}

/** The sound alone: finished, or to be joined with pictures. */
function soundFile(encoding: Encoding): Target {
  const { video, audio, containerOptions } = encoding;
  const pads = soundWays(encoding).map(({ to }) => to);
  const isPart = video !== null;
  const options = [...soundOptions(encoding), ...(isPart ? (audio?.partOptions ?? []) : containerOptions)];
  return { file: isPart ? scratchFiles.soundtrack(encoding) : scratchFiles.encoded(encoding), pads, options };
}

/** @param piece `from`: the number of its first frame in the file that it becomes a part of. */
function videoOptions(
  { spec: { quality } }: PlannedOutput,
  { video, content, keyFramesEvery: every }: Encoding,
  { threads, from }: { readonly threads: number | null; readonly from: number },
): readonly string[] {
  const keyFrames = every === null ? null : { every, from };
  return video?.options({ ...content, quality, threads, aim: null, keyFrames }) ?? [];
}

function deviceOf({ video }: Encoding): Pick<Target, 'device'> {
  return video?.device ? { device: video.device } : {};
}

function soundOptions({ audio }: Encoding): readonly string[] {
  return audio?.options ?? [];
}

/** Parts that are joined with copied ones have parameter sets of another number. */
function besideCopies({ copying }: Pass): readonly string[] {
  return copying ? ['-x264-params', `sps-id=${copying.parameterSetId}`] : [];
}
