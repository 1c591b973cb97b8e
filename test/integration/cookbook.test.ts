import { readdir, readFile } from 'node:fs/promises';
import type { JsonObject } from '@bufbuild/protobuf';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeCookbookMedia } from '../../scripts/lib/cookbook-media.mjs';
import { cookbookPage, PAGE_FILE, readRecipes, RECIPES_FOLDER, seconds } from '../../scripts/lib/cookbook.mjs';
import { specSchema } from '../../src/api/http/openapi/spec-schema.js';
import { readCallersJson } from '../../src/wire/proto-json.js';
import { parseSpec } from '../../src/wire/render-spec/parse-spec.js';
import { renderSpecType } from '../../src/wire/render-spec/spec-identity.js';
import { readSound, readVideo } from '../support/media-content.js';
import { createRenderBench, type RenderBench } from '../support/render-bench.js';

const RECIPES = await readRecipes();

/** Small, so that all of them are rendered in a minute or two; sizes in percent and in pixels of a frame of 1080 go with it. */
const CANVAS = { width: 192, height: 108 };

function parse(text: string) {
  return parseSpec(readCallersJson(renderSpecType, JSON.parse(text) as JsonObject, { unknownFields: 'refuse' }));
}

/** The same timeline on a small canvas; outputs have no size of their own there. */
function small(text: string): string {
  const {
    timeline,
    outputs = [],
    ...rest
  } = JSON.parse(text) as {
    timeline: { canvas?: object };
    outputs?: Record<string, unknown>[];
  };
  const sized = { ...timeline, canvas: { ...timeline.canvas, ...CANVAS } };
  return JSON.stringify({ ...rest, timeline: sized, outputs: outputs.map((output) => ({ ...output, shortSide: 0 })) });
}

/** The frame rate that a spec asks for. */
function rateOf(text: string): number {
  const { timeline } = JSON.parse(text) as { timeline: { canvas?: { frameRate?: string } } };
  return Number(timeline.canvas?.frameRate ?? '30');
}

describe('docs/cookbook.md', () => {
  it('has a recipe for every file of docs/cookbook', async () => {
    const names = RECIPES.map(({ name }) => name);
    const wanted = ['recipes.json', ...names.flatMap((name) => [`${name}.json`, `${name}.jpg`])];
    expect((await readdir(RECIPES_FOLDER)).sort()).toEqual(wanted.sort());
  });

  it('has a page that is made of its specs', async () => {
    expect(await readFile(PAGE_FILE, 'utf8'), 'npm run cookbook -- --page').toBe(cookbookPage(RECIPES));
  });

  const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(specSchema('test'));

  it.each(RECIPES)('has a valid spec in $name', ({ text }) => {
    expect(parse(text).violations).toEqual([]);
    validate(JSON.parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });
});

describe('a recipe', () => {
  let bench: RenderBench;
  beforeAll(async () => {
    bench = await createRenderBench();
    // A canvas of a tenth of the size does not show more of them.
    await makeCookbookMedia(bench.media.folder, { divisor: 4 });
  });
  afterAll(() => bench.close());

  it.each(RECIPES)('$name is rendered', async ({ text, length, frames, sound }) => {
    const { form, outputs, violations } = parse(small(text));
    expect(violations).toEqual([]);
    if (!form) throw new Error('a spec without violations has a form');
    const rate = rateOf(text);
    const { output, file } = await bench.render(form, {}, {}, { outputs });
    expect(output.frameCount).toBe(Math.round(seconds(length) * rate));
    const video = await readVideo(file);
    expect(video.frames).toHaveLength(output.frameCount);
    for (const time of frames) {
      const picture = video.frames[Math.round(seconds(time) * rate)];
      expect(deviation(picture ?? Buffer.alloc(1)), `the picture at ${time}`).toBeGreaterThan(10);
    }
    if (sound) expect(deviation((await readSound(file)).left)).toBeGreaterThan(0.01);
  });
});

/** Standard deviation: 0 of a picture of one colour, and of silence. */
function deviation(values: ArrayLike<number>): number {
  let [sum, squares] = [0, 0];
  for (let i = 0; i < values.length; i += 1) {
    const value = values[i] ?? 0;
    sum += value;
    squares += value * value;
  }
  return Math.sqrt(squares / values.length - (sum / values.length) ** 2);
}
