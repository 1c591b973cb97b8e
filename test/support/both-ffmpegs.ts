import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe } from 'vitest';
import { findNewerFfmpeg } from '../../scripts/lib/newer-ffmpeg.mjs';
import { skipWithoutNewerFfmpeg } from './newer-ffmpeg.js';

const execute = promisify(execFile);

/** One ffmpeg, run directly: what the engine takes for granted of it. */
export interface Tool {
  /** Its major version, once tests run. */
  readonly major: number;
  /** Of its own files. */
  readonly folder: string;
  /** What a command writes to its standard output. Reports errors only. */
  readonly run: (args: readonly string[]) => Promise<Buffer>;
  /** Whether a command ends well. */
  readonly succeeds: (args: readonly string[]) => Promise<boolean>;
  /** Frames that a graph makes, in a pixel format of one byte for each value. */
  readonly frames: (graph: string, size: string, format: string, inputs?: readonly string[]) => Promise<Frames>;
  /** Samples of the first channel that a graph makes, at 48 kHz. */
  readonly samples: (graph: string) => Promise<Float32Array>;
}

export interface Frames {
  readonly count: number;
  readonly all: readonly Buffer[];
  /** Values of a pixel of packed formats, or of one plane of grey. */
  readonly at: (frame: number, x: number, y: number) => readonly number[];
}

const CHANNELS: Readonly<Record<string, number>> = { gray: 1, rgb24: 3, rgba: 4 };

/** Tests for the ffmpeg of the machine, and for the newer one. */
export function describeBoth(what: string, tests: (tool: Tool) => void): void {
  const newer = skipWithoutNewerFfmpeg() ? null : findNewerFfmpeg();
  const tools = [
    { name: 'the ffmpeg of this machine', file: process.env.CUTROOM_FFMPEG ?? 'ffmpeg' },
    ...(newer ? [{ name: 'the newer ffmpeg', file: newer.ffmpeg }] : []),
  ];
  describe.each(tools)(`${what}, in $name`, ({ file }) => {
    let folder = '';
    let major = 0;
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'cutroom-facts-'));
      const { stdout } = await execute(file, ['-version']);
      major = Number(/^ffmpeg version [a-z]?(\d+)/i.exec(stdout)?.[1]);
    });
    afterAll(() => rm(folder, { recursive: true, force: true }));
    tests(
      toolOf(
        file,
        () => folder,
        () => major,
      ),
    );
  });
}

function toolOf(file: string, folder: () => string, major: () => number): Tool {
  const run = async (args: readonly string[]) => {
    const quiet = ['-nostdin', '-v', 'error', '-y', ...args];
    const options = { cwd: folder(), encoding: 'buffer', maxBuffer: 256 * 1024 ** 2 } as const;
    return (await execute(file, quiet, options)).stdout;
  };
  let graphs = 0;
  /** A graph may be longer than a command line. */
  const graphFile = async (graph: string) => {
    const name = `graph-${(graphs += 1)}.txt`;
    await writeFile(path.join(folder(), name), graph);
    return name;
  };
  const graphOption = () => (major() >= 7 ? '-/filter_complex' : '-filter_complex_script');
  return {
    get major() {
      return major();
    },
    get folder() {
      return folder();
    },
    run,
    succeeds: (args) =>
      run(args).then(
        () => true,
        () => false,
      ),
    async frames(graph, size, format, inputs = []) {
      const [width = 0, height = 0] = size.split('x').map(Number);
      const channels = CHANNELS[format] ?? 1;
      const bytes = width * height * channels;
      const read = [...inputs, graphOption(), await graphFile(graph), '-map', '[out]', '-fps_mode', 'passthrough'];
      const raw = await run([...read, '-pix_fmt', format, '-f', 'rawvideo', '-']);
      const all = Array.from({ length: raw.length / bytes }, (_, i) => raw.subarray(i * bytes, (i + 1) * bytes));
      const at = (frame: number, x: number, y: number) => {
        const i = (y * width + x) * channels;
        return [...all[frame]!.subarray(i, i + channels)];
      };
      return { count: all.length, all, at };
    },
    async samples(graph) {
      const raw = await run([
        graphOption(),
        await graphFile(graph),
        '-map',
        '[out]',
        '-f',
        'f32le',
        '-ar',
        '48000',
        '-',
      ]);
      return new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.length));
    },
  };
}
