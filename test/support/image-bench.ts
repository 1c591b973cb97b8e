import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DEFAULT_TOOL_PATHS } from '../../src/engine/capabilities.js';
import type { ImageRequest, ReadImage } from '../../src/engine/images/image-request.js';
import { readImages } from '../../src/engine/images/read-images.js';
import { sniffFile } from '../../src/engine/images/sniff-file.js';
import type { Clocks } from '../../src/engine/process/watchdog.js';
import type { CommandRun } from '../../src/task/diagnostics.js';
import { quarters, readPng, type PngPixels } from '../fixtures/png-pixels.js';
import { knownToolchain } from './known-toolchain.js';
import { toolsIn } from './render-bench.js';

const CLOCKS: Clocks = {
  stallMs: 60_000,
  quietMs: 30_000,
  noProgressMs: 120_000,
  totalMs: 240_000,
  maxRssBytes: 4 * 1024 ** 3,
};

/** The reader of images on files in a folder of its own. */
export interface ImageBench {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: Uint8Array): Promise<string>;
  /** Reads files of the folder, all in one call. */
  read(names: readonly string[], options?: ReadOptions): Promise<readonly ReadImage[]>;
  /** Reads one file that must be a still, and decodes the PNG that came of it. */
  still(name: string, options?: ReadOptions): Promise<Still>;
  /** Reads several at once: each reader takes longer to start than to read them. */
  stills(names: readonly string[], options?: ReadOptions): Promise<readonly Still[]>;
  /** Reads one file that must be refused. @returns `REASON: message`. */
  refusal(name: string, options?: ReadOptions): Promise<string>;
  /** Reads several at once that must all be refused. */
  refusals(names: readonly string[], options?: ReadOptions): Promise<readonly string[]>;
  /** What was run, since the beginning. */
  readonly runs: readonly CommandRun[];
  close(): Promise<void>;
}

export interface Still {
  readonly name: string;
  readonly read: Extract<ReadImage, { kind: 'image' }>;
  readonly png: PngPixels;
  readonly quarters: string;
}

export interface ReadOptions {
  readonly size?: ImageRequest['size'];
  readonly neededUs?: number;
  readonly clocks?: Partial<Clocks>;
  readonly signal?: AbortSignal;
}

export async function createImageBench(): Promise<ImageBench> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-images-'));
  const toolchain = await knownToolchain(DEFAULT_TOOL_PATHS);
  const runs: CommandRun[] = [];
  let calls = 0;
  const at = (name: string) => path.join(folder, name);

  async function read(names: readonly string[], options: ReadOptions = {}): Promise<readonly ReadImage[]> {
    const {
      size = { width: 1920, height: 1080, fit: 'inside' },
      neededUs = null,
      clocks = {},
      signal = new AbortController().signal,
    } = options;
    const context = {
      ...toolsIn({ toolchain }, folder),
      clocks: { ...CLOCKS, ...clocks },
      signal,
      record: (run: CommandRun) => {
        runs.push(run);
      },
    };
    const requests = names.map(async (file, i): Promise<ImageRequest> => {
      const sniffed = await sniffFile(at(file));
      if (sniffed.kind !== 'image') throw new Error(`${file} was taken for ${JSON.stringify(sniffed)}`);
      return { file, field: `materials[${i}]`, format: sniffed.format, size, neededUs };
    });
    calls += 1;
    return readImages(context, await Promise.all(requests), { folder: `read-${calls}` });
  }

  async function stills(names: readonly string[], options?: ReadOptions): Promise<readonly Still[]> {
    const results = await read(names, options);
    return Promise.all(
      results.map(async (result, i) => {
        if (result.kind !== 'image') throw new Error(`${names[i]}: ${JSON.stringify(result)}`);
        const png = await readPng(at(result.file));
        return { name: names[i]!, read: result, png, quarters: quarters(png) };
      }),
    );
  }

  async function refusals(names: readonly string[], options?: ReadOptions): Promise<readonly string[]> {
    return (await read(names, options)).map((result, i) => {
      if (result.kind !== 'refused') throw new Error(`${names[i]} was read: ${JSON.stringify(result)}`);
      return `${result.reason}: ${result.message}`;
    });
  }

  return {
    folder,
    path: at,
    read,
    runs,
    async write(name, content) {
      await writeFile(at(name), content);
      return name;
    },
    stills,
    still: async (name, options) => (await stills([name], options))[0]!,
    refusals,
    refusal: async (name, options) => (await refusals([name], options))[0]!,
    close: () => rm(folder, { recursive: true, force: true }),
  };
}

/** The first share of a file's bytes. */
export async function shareOf(file: string, share: number): Promise<Buffer> {
  const bytes = await readFile(file);
  return bytes.subarray(0, Math.floor(bytes.length * share));
}
