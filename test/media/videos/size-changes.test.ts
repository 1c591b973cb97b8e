import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Montage } from '../../../src/composition/montage/montage.js';
import { colorDistance, readVideo } from '../../support/media-content.js';
import { montageOf } from '../../support/montage.js';
import { createRenderBench, type RenderBench } from '../../support/render-bench.js';

const [RED, BLUE, GREEN] = ['C81E1E', '1E3CC8', '1EA01E'];
let bench: RenderBench;

/** Two seconds of red lying down, then two of blue standing up. */
beforeAll(async () => {
  bench = await createRenderBench();
  const { media } = bench;
  const part = (name: string, color: string, size: string, extra: readonly string[]) =>
    media.make(name, [
      ...['-f', 'lavfi', '-i', `color=c=0x${color}:s=${size}:r=30:d=2,format=gbrp`],
      ...['-vf', 'scale=out_color_matrix=bt709:out_range=tv,format=yuv420p', '-colorspace', 'bt709', ...extra],
    ]);
  const h264 = ['-c:v', 'libx264', '-qp', '4'];
  await part('1.ts', RED, '320x180', h264);
  await part('2.ts', BLUE, '180x320', ['-output_ts_offset', '2', ...h264]);
  await media.file(
    'turned.ts',
    Buffer.concat(await Promise.all(['1.ts', '2.ts'].map((name) => readFile(media.path(name))))),
  );
  const vp8 = ['-c:v', 'libvpx', '-b:v', '2M'];
  await part('1.webm', RED, '320x180', vp8);
  await part('2.webm', BLUE, '180x320', vp8);
  await media.file('list.txt', 'file 1.webm\nfile 2.webm\n');
  await media.make('call.webm', ['-f', 'concat', '-i', media.path('list.txt'), '-c', 'copy']);
});
afterAll(() => bench.close());

function montage(uri: string, changes: Partial<Montage> = {}): Montage {
  const g = { r: 0x1e, g: 0xa0, b: 0x1e, a: 255 };
  const materials = [{ uri, field: 'm' }];
  return montageOf(0, { width: 160, height: 160, background: g, longestClipUs: 4_000_000, materials, ...changes });
}

describe.each(['turned.ts', 'call.webm'])('%s, whose size changes in the file,', (uri) => {
  it('is fitted anew from the change on, with bars where they belong', async () => {
    const { file, output } = await bench.render(montage(uri, { fit: 'CONTAIN' }));
    expect(Math.abs(output.frameCount - 120)).toBeLessThan(4);
    const video = await readVideo(file);
    const expectColor = (frame: number, x: number, y: number, hex: string) => {
      expect(colorDistance(video.colorAt(frame, x, y), hex), `frame ${frame} at ${x}, ${y}`).toBeLessThan(14);
    };
    for (const frame of [5, 50]) {
      expectColor(frame, 0.05, 0.5, RED);
      expectColor(frame, 0.5, 0.05, GREEN);
    }
    for (const frame of [70, 115]) {
      expectColor(frame, 0.5, 0.05, BLUE);
      expectColor(frame, 0.05, 0.5, GREEN);
    }
  });

  it('fills the frame', async () => {
    const { file, output } = await bench.render(montage(uri, { fit: 'COVER' }));
    expect(Math.abs(output.frameCount - 120)).toBeLessThan(4);
    const video = await readVideo(file);
    for (const [frame, hex] of [
      [30, RED],
      [90, BLUE],
    ] as const)
      for (const at of [0.05, 0.5, 0.95]) expect(colorDistance(video.colorAt(frame, at, at), hex)).toBeLessThan(14);
  });
});
