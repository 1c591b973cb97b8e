import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Composition, VisualClip } from '../../../src/composition/composition.js';
import type { Drawing, DrawingContent } from '../../../src/composition/drawing.js';
import type { Form } from '../../../src/composition/form.js';
import type { Warning } from '../../../src/composition/warning.js';
import { performDrawStep } from '../../../src/engine/draw/perform-draw-step.js';
import { drawingFile, planDrawings } from '../../../src/engine/draw/plan-drawings.js';
import type { LocatedVisual } from '../../../src/engine/compositor/render-plan.js';
import type { CommandRun } from '../../../src/task/diagnostics.js';
import { failureOf } from '../../../src/task/failure.js';
import { readPng } from '../../fixtures/png-pixels.js';
import { createDrawBench, drawingOf, PLAIN, WHITE, type DrawBench } from '../../support/draw-bench.js';
import { colorDistance, readVideo } from '../../support/media-content.js';
import { createRenderBench, toolsIn, type RenderBench } from '../../support/render-bench.js';

const rgb = (hex: string, a = 255) => ({
  r: parseInt(hex.slice(0, 2), 16),
  g: parseInt(hex.slice(2, 4), 16),
  b: parseInt(hex.slice(4), 16),
  a,
});

const SIZE = { width: 128, height: 96 };
let bench: RenderBench;
let draws: DrawBench;
let folder: string;

beforeAll(async () => {
  bench = await createRenderBench();
  draws = await createDrawBench();
  folder = await mkdtemp(path.join(tmpdir(), 'cutroom-drawings-'));
});
afterAll(async () => {
  await bench.close();
  await draws.close();
  await rm(folder, { recursive: true, force: true });
});

const text = (value: string): DrawingContent => ({ kind: 'TEXT', text: { ...PLAIN, text: value }, part: null });

function compositionOf(drawings: readonly Drawing[], layers: Composition['layers'] = []): Composition {
  return {
    ...SIZE,
    frameRate: { num: 30, den: 1 },
    frames: 6,
    samples: 9600,
    background: rgb('1EA01E'),
    layers,
    audio: [],
    drawings,
  };
}

async function perform(drawings: readonly Drawing[], changes: { signal?: AbortSignal; totalMs?: number } = {}) {
  const cwd = path.join(folder, randomUUID());
  await mkdir(cwd);
  const visuals = new Map<string, LocatedVisual>();
  const warnings: Warning[] = [];
  const runs: CommandRun[] = [];
  const tools = {
    ...toolsIn(bench, cwd),
    ...(changes.signal ? { signal: changes.signal } : {}),
    ...(changes.totalMs === undefined ? {} : { deadlineMs: performance.now() + changes.totalMs }),
    record: (run: CommandRun) => {
      runs.push(run);
    },
  };
  for (const step of planDrawings([compositionOf(drawings)]))
    await performDrawStep(step, { tools, fonts: draws.fonts, visuals, onWarning: (w) => warnings.push(w) });
  return { cwd, visuals, warnings, runs };
}

describe('the program that draws', () => {
  it('writes each drawing once as a PNG with the channels that it needs', async () => {
    const drawings = [
      drawingOf({ kind: 'COLOR', color: rgb('1E3CC8') }, 20, 10),
      drawingOf({ kind: 'COLOR', color: rgb('1E3CC8', 128) }, 20, 10),
      drawingOf({ kind: 'ROUNDED_MASK', box: { width: 20, height: 10, radius: 5 } }, 20, 10),
      drawingOf(text('Hi 😀'), 200, 100),
    ];
    const { cwd, visuals, runs } = await perform([...drawings, ...drawings]);
    expect(visuals.size).toBe(4);
    const found = await Promise.all(
      drawings.map(async ({ uri }) => {
        const { file, details } = visuals.get(uri)!;
        const png = await readPng(path.join(cwd, file));
        expect([png.width, png.height]).toEqual([details.width, details.height]);
        return [png.format, details.hasAlpha, png.at(0.5, 0.5).join(' ')];
      }),
    );
    expect(found.slice(0, 3)).toEqual([
      ['rgb24', false, '30 60 200 255'],
      ['rgba', true, '30 60 200 128'],
      ['gray', false, '255 255 255 255'],
    ]);
    expect(found[3]!.slice(0, 2)).toEqual(['rgba', true]);
    expect(runs.map(({ program, exitCode }) => [program, exitCode])).toEqual([['picture-drawer', 0]]);
  });

  it('writes the same bytes each time, in files that are named after what they show', async () => {
    const drawing = drawingOf(text('Same again'), 300, 100);
    const [one, two] = await Promise.all([perform([drawing]), perform([drawing])]);
    const file = drawingFile(drawing);
    expect(one.visuals.get(drawing.uri)!.file).toBe(file);
    expect((await readFile(path.join(one.cwd, file))).equals(await readFile(path.join(two.cwd, file)))).toBe(true);
  });

  it('warns of characters that no font has, with the field', async () => {
    const { warnings } = await perform([drawingOf(text('a \u{13000}'), 100, 50)]);
    expect(warnings).toEqual([
      {
        code: 'CAPTION_GLYPHS_MISSING',
        message: 'no font has U+13000; they are shown as boxes',
        field: 'spec.f',
        count: 1,
      },
    ]);
  });

  it('refuses a font that is not there, and a picture that is too large, with the field', async () => {
    const font = { name: 'No.ttf', field: 'spec.font' };
    const styled: DrawingContent = { kind: 'TEXT', text: { ...PLAIN, text: 'a', font }, part: null };
    const missing = perform([drawingOf(styled, 10, 10)]);
    expect(failureOf(await missing.catch((error: unknown) => error))).toMatchObject({
      reason: 'FONT_NOT_FOUND',
      field: 'spec.font',
    });
    const large = perform([drawingOf({ kind: 'COLOR', color: WHITE }, 20_000, 20_000)]);
    expect(failureOf(await large.catch((error: unknown) => error))).toMatchObject({
      reason: 'MEMORY_LIMIT_EXCEEDED',
      field: 'spec.f',
    });
  });

  it('ends by the deadline of the attempt, and with its signal', async () => {
    const many = Array.from({ length: 40 }, (_, i) =>
      drawingOf({ kind: 'LINEAR_GRADIENT', degrees: i, stops: [{ at: 0, color: WHITE }] }, 3840, 2160),
    );
    const late = await perform(many, { totalMs: 1_500 }).catch((error: unknown) => error);
    expect(failureOf(late)).toMatchObject({ reason: 'DEADLINE_EXCEEDED', field: 'spec.f' });
    const controller = new AbortController();
    const cancelled = perform(many, { signal: controller.signal });
    setImmediate(() => {
      controller.abort(new Error('cancelled'));
    });
    await expect(cancelled).rejects.toThrow('cancelled');
  });
});

describe('a render with drawings', () => {
  const clipOf = (drawing: Drawing): VisualClip => ({
    asset: { uri: drawing.uri, field: drawing.field },
    source: 'image',
    startFrame: 0,
    frames: 6,
    fit: 'FILL',
    transition: null,
    trimStartUs: 0,
    speed: 1,
    effects: [],
    opacity: 1,
  });

  it('shows them in their colours, over each other', async () => {
    const ground = drawingOf({ kind: 'COLOR', color: rgb('C81E1E') }, SIZE.width, SIZE.height);
    const square = drawingOf({ kind: 'BORDER', line: 16, radius: 0, color: rgb('1E3CC8') }, SIZE.width, SIZE.height);
    const title = drawingOf(
      { kind: 'TEXT', text: { ...PLAIN, text: '\u{13000}■', fontSize: 40 }, part: null },
      SIZE.width,
      SIZE.height,
    );
    const drawings = [ground, square, title];
    const composition = compositionOf(
      drawings,
      drawings.map((drawing) => ({ kind: 'clips', clips: [clipOf(drawing)] })),
    );
    const form: Form = { inputs: [], compose: () => ({ compositions: [composition], warnings: [] }) };
    const { file, warnings } = await bench.render(form);
    const video = await readVideo(file);
    expect(colorDistance(video.colorAt(3, 0.06, 0.5), '1E3CC8')).toBeLessThan(6);
    expect(colorDistance(video.colorAt(3, 0.2, 0.25), 'C81E1E')).toBeLessThan(6);
    expect(colorDistance(video.colorAt(3, 0.65, 0.53), 'FFFFFF')).toBeLessThan(6);
    expect(warnings.map(({ code }) => code)).toEqual(['CAPTION_GLYPHS_MISSING']);
  });
});
