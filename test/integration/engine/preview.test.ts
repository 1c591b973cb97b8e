import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';
import { montageOf } from '../../support/montage.js';

const run = promisify(execFile);
let bench: RenderBench;

beforeAll(async () => {
  bench = await createRenderBench();
});
afterAll(() => bench.close());

async function sizeOf(jpeg: Uint8Array): Promise<string> {
  const file = path.join(bench.media.folder, 'preview.jpg');
  await writeFile(file, jpeg);
  const entries = ['-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0'];
  return (await run(bench.toolchain.ffprobe, ['-v', 'error', ...entries, file])).stdout.trim();
}

describe('previews of a render', () => {
  it('are small JPEGs of its frames, and change nothing of its output', async () => {
    await bench.media.video('long.mp4', {
      size: '640x360',
      colors: ['C81E1E', '1E3CC8'],
      secondsEach: 10,
      matrix: 'bt709',
    });
    const materials = [{ uri: 'long.mp4', field: 'spec.montage.materials[0].uri' }];
    const montage = montageOf(1, { materials, width: 640, height: 360, longestClipUs: 20_000_000 });
    const previews: Uint8Array[] = [];
    const shown = await bench.render(montage, { onPreview: (jpeg) => previews.push(jpeg) });
    expect(previews.length).toBeGreaterThan(0);
    for (const jpeg of previews) {
      expect(await sizeOf(jpeg)).toBe('mjpeg,320,180');
    }
    const plain = await bench.render(montage);
    expect(shown.output.sha256).toBe(plain.output.sha256);
    expect(await bench.leftovers()).toEqual([]);
  });
});
