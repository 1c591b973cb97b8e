import { writeFile } from 'node:fs/promises';
import type { MediaKit } from '../fixtures/media-kit.js';
import { beepExpression } from './listener.js';
import type { HeardFile, Quarter, Rgb, Size, VideoSource } from './shapes.js';

/** A video of the cases, as its source is before it is trimmed. */
export type CaseVideo = Pick<VideoSource, 'uri' | 'size' | 'rate' | 'timeOf' | 'colorOf' | 'sound'> & {
  readonly rateText: string;
  readonly frames: number;
  /** As it is coded. */
  readonly coded: Size;
  readonly pixelFormat: 'yuv420p' | 'yuv444p';
  readonly isTurned: boolean;
};

/** Each of a video's frames has a colour that its neighbours do not have; 16 apart in the red, and in the green by the sixteen before. */
function frameColor(frame: number, quarter: Quarter): Rgb {
  const [r, g, b] = [24 + 13 * (frame % 16), 40 + 14 * (Math.floor(frame / 16) % 14), 90 + 60 * (frame % 2)];
  return ([[r, g, b], [b, r, g], [g, b, r], [b, g, r]] as const)[quarter]; // oxfmt-ignore
}

function heard(
  uri: string,
  layout: HeardFile['layout'],
  rate: number,
  tones: readonly number[],
  seconds = 6,
): HeardFile {
  return { uri, layout, rate, tones, seconds };
}

function video(
  uri: string,
  rateText: string,
  seconds: number,
  size: Size,
  changes: Partial<CaseVideo> = {},
): CaseVideo {
  const [num = 1, den = 1] = rateText.split('/').map(Number);
  return {
    ...{ uri, rateText, rate: num / den, frames: Math.round((seconds * num) / den), size, coded: size },
    ...{ colorOf: frameColor, timeOf: null, sound: null, pixelFormat: 'yuv420p', isTurned: false },
    ...changes,
  };
}

const SURROUND = [500, 700, 900, 60, 1_100, 1_300];

export const VIDEOS: readonly CaseVideo[] = [
  video(
    'count-25.mov',
    '25',
    6,
    { width: 160, height: 96 },
    { sound: heard('count-25.mov', 'stereo', 48_000, [500, 800]) },
  ),
  video('count-2997.mp4', '30000/1001', 6, { width: 96, height: 128 }),
  video('count-60.mov', '60', 6, { width: 128, height: 72 }, { sound: heard('count-60.mov', 'mono', 44_100, [650]) }),
  video(...(['odd.mov', '24000/1001', 6, { width: 161, height: 97 }] as const), {
    pixelFormat: 'yuv444p',
    sound: heard('odd.mov', '5.1', 48_000, SURROUND),
  }),
  // Its sound ends long before it.
  video(...(['turned.mov', '30', 6, { width: 72, height: 128 }] as const), {
    ...{
      coded: { width: 128, height: 72 },
      isTurned: true,
      sound: heard('turned.mov', 'stereo', 48_000, [750, 1_050], 0.7),
    },
    colorOf: (frame, quarter) => frameColor(frame, ((quarter + 3) % 4) as Quarter),
  }),
  // Frames of 30 and of 70 ms.
  video(...(['uneven.mov', '20', 6, { width: 120, height: 120 }] as const), {
    timeOf: (frame) => Math.floor(frame / 2) / 10 + (frame % 2) * 0.03,
    sound: heard('uneven.mov', 'mono', 32_000, [950]),
  }),
];

export const SOUNDS: readonly HeardFile[] = [
  heard('stereo.wav', 'stereo', 48_000, [400, 600]),
  heard('mono.flac', 'mono', 44_100, [450]),
  heard('surround.wav', '5.1', 48_000, SURROUND),
  heard('short.wav', 'stereo', 48_000, [550, 850], 0.6),
];

export const IMAGES = [
  { uri: 'wide.png', size: { width: 200, height: 80 }, quarters: [[200, 60, 40], [40, 160, 70], [50, 70, 190], [210, 190, 60]] },
  { uri: 'tall.png', size: { width: 90, height: 150 }, quarters: [[50, 70, 190], [200, 60, 40], [210, 190, 60], [40, 160, 70]] },
  { uri: 'odd.png', size: { width: 131, height: 67 }, quarters: [[180, 180, 190], [60, 20, 40], [20, 90, 60], [230, 120, 60]] },
  { uri: 'holes.png', size: { width: 120, height: 100 }, quarters: [[230, 210, 40], null, [30, 40, 120], null] },
] as const satisfies readonly { uri: string; size: Size; quarters: readonly (Rgb | null)[] }[]; // oxfmt-ignore

const QUARTERS = [0, 1, 3, 2] as const;

/** Pictures of two by two pixels, which are stretched over the whole. */
async function raw(media: MediaKit, name: string, pictures: readonly (readonly (Rgb | null)[])[]): Promise<string> {
  const pixels = pictures.flatMap((picture) =>
    QUARTERS.flatMap((quarter) => {
      const color = picture[quarter] ?? null;
      return color ? [...color, 255] : [0, 0, 0, 0];
    }),
  );
  await writeFile(media.path(name), Buffer.from(pixels));
  return media.path(name);
}

export async function makeCaseMedia(media: MediaKit): Promise<void> {
  for (const each of VIDEOS) await makeVideo(media, each);
  for (const { uri, size, quarters } of IMAGES) await makeImage(media, uri, size, quarters);
  for (const each of SOUNDS)
    await media.make(each.uri, [...soundInput(each), '-c:a', each.uri.endsWith('.flac') ? 'flac' : 'pcm_f32le']);
}

function soundInput({ layout, tones, rate, seconds }: HeardFile): string[] {
  const exprs = tones.map(beepExpression).join('|');
  return ['-f', 'lavfi', '-i', `aevalsrc=exprs='${exprs}':channel_layout=${layout}:s=${rate}:d=${seconds}`];
}

/** To a size, with the middle of odd sides in the middle of a pixel. */
function stretched({ width, height }: Size): string {
  return `scale=${2 * width}:${2 * height}:flags=neighbor,scale=${width}:${height}:flags=area+accurate_rnd`;
}

/** Coded without loss but for the coding of colours itself. */
async function makeVideo(media: MediaKit, made: CaseVideo): Promise<void> {
  const { uri, coded, rateText, frames, pixelFormat, sound, timeOf, isTurned } = made;
  const pictures = Array.from({ length: frames }, (_, frame) =>
    ([0, 1, 2, 3] as const).map((quarter) => frameColor(frame, quarter)),
  );
  const file = await raw(media, `${uri}.raw`, pictures);
  const filters = [
    ...(timeOf ? ['setpts=floor(N/2)*10+mod(N\\,2)*3'] : []),
    `format=gbrp,${stretched(coded)}`,
    `scale=out_color_matrix=bt709:out_range=tv:flags=accurate_rnd+full_chroma_int,setsar=1,format=${pixelFormat}`,
  ];
  await media.make(uri, [
    ...[
      '-f',
      'rawvideo',
      '-pixel_format',
      'rgba',
      '-video_size',
      '2x2',
      '-framerate',
      timeOf ? '100' : rateText,
      '-i',
      file,
    ],
    ...(sound ? soundInput(sound) : []),
    ...['-map', '0:v', ...(sound ? ['-map', '1:a', '-c:a', 'pcm_s16le'] : [])],
    ...['-vf', filters.join(','), ...(timeOf ? ['-fps_mode', 'passthrough'] : [])],
    ...['-c:v', 'libx264', '-qp', '0', '-preset', 'ultrafast', '-colorspace', 'bt709', '-color_range', 'tv'],
    ...['-color_primaries', 'bt709', '-color_trc', 'bt709'],
  ]);
  if (isTurned) await media.turned(uri, media.path(uri));
}

async function makeImage(media: MediaKit, uri: string, size: Size, quarters: readonly (Rgb | null)[]): Promise<void> {
  const file = await raw(media, `${uri}.raw`, [quarters]);
  await media.make(uri, [
    ...['-f', 'rawvideo', '-pixel_format', 'rgba', '-video_size', '2x2', '-i', file],
    ...['-vf', stretched(size), '-frames:v', '1'],
  ]);
}
