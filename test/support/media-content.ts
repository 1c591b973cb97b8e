import { decode, ffprobe } from '../fixtures/run-ffmpeg.js';

/** A video's decoded pictures, read as BT.709, and its sound. */
export interface VideoContent {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly Buffer[];
  /** Mean colour of the square around a point given in shares of the frame. */
  colorAt(frame: number, x: number, y: number, radius?: number): readonly [number, number, number];
}

/** @param flags of the scaler that makes RGB of the pictures. */
export async function readVideo(file: string, flags = 'accurate_rnd'): Promise<VideoContent> {
  const { streams } = (await ffprobe(['-select_streams', 'v', '-show_entries', 'stream=width,height', file])) as {
    streams: { width: number; height: number }[];
  };
  const { width, height } = streams[0]!;
  const raw = await decode([
    '-i',
    file,
    '-vf',
    `scale=in_color_matrix=bt709:in_range=tv:out_range=pc:flags=${flags},format=rgb24`,
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    '-',
  ]);
  const size = width * height * 3;
  const frames = Array.from({ length: raw.length / size }, (_, i) => raw.subarray(i * size, (i + 1) * size));
  return {
    width,
    height,
    frames,
    colorAt(frame, x, y, radius = 3) {
      const picture = frames.at(frame)!;
      const [cx, cy] = [Math.floor(x * width), Math.floor(y * height)];
      const sum = [0, 0, 0];
      let count = 0;
      for (let py = Math.max(0, cy - radius); py <= Math.min(height - 1, cy + radius); py += 1) {
        for (let px = Math.max(0, cx - radius); px <= Math.min(width - 1, cx + radius); px += 1) {
          for (let c = 0; c < 3; c += 1) sum[c]! += picture[(py * width + px) * 3 + c]!;
          count += 1;
        }
      }
      return sum.map((v) => v / count) as [number, number, number];
    },
  };
}

/** The largest difference of a channel between a measured colour and `RRGGBB`. */
export function colorDistance(is: readonly [number, number, number], wanted: string): number {
  return Math.max(...[0, 2, 4].map((at, c) => Math.abs(is[c]! - parseInt(wanted.slice(at, at + 2), 16))));
}

/** Samples of both channels at 48 kHz, -1 to 1. */
export async function readSound(file: string): Promise<{ left: Float32Array; right: Float32Array }> {
  const raw = await decode(['-i', file, '-map', '0:a:0', '-f', 'f32le', '-ar', '48000', '-ac', '2', '-']);
  const all = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
  const pick = (offset: number) => Float32Array.from({ length: all.length / 2 }, (_, i) => all[i * 2 + offset]!);
  return { left: pick(0), right: pick(1) };
}

/** Amplitude of a tone within a stretch of time (Goertzel's algorithm). */
export function toneAt(samples: Float32Array, hz: number, fromSeconds: number, toSeconds: number): number {
  const part = samples.subarray(Math.floor(fromSeconds * 48_000), Math.floor(toSeconds * 48_000));
  const coefficient = 2 * Math.cos((2 * Math.PI * hz) / 48_000);
  let [s1, s2] = [0, 0];
  for (const sample of part) [s1, s2] = [sample + coefficient * s1 - s2, s1];
  return (2 * Math.sqrt(s1 * s1 + s2 * s2 - coefficient * s1 * s2)) / part.length;
}

export interface StreamEnds {
  readonly videoFrames: number;
  readonly videoSeconds: number;
  readonly audioSeconds: number;
}

/** What a file's container says, by counting packets. */
export async function streamEnds(file: string): Promise<StreamEnds> {
  const { streams } = (await ffprobe([
    '-count_packets',
    '-show_entries',
    'stream=codec_type,duration,nb_read_packets',
    file,
  ])) as {
    streams: { codec_type: string; duration: string; nb_read_packets: string }[];
  };
  const of = (type: string) => streams.find((stream) => stream.codec_type === type);
  return {
    videoFrames: Number(of('video')?.nb_read_packets),
    videoSeconds: Number(of('video')?.duration),
    audioSeconds: Number(of('audio')?.duration),
  };
}
