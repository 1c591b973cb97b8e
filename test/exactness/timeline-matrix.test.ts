import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { JsonValue } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readJson } from '../../src/wire/proto-json.js';
import { parseSpec } from '../../src/wire/render-spec/parse-spec.js';
import { renderSpecType } from '../../src/wire/render-spec/spec-identity.js';
import { squareFont } from '../fixtures/square-font.js';
import { readSound, streamEnds } from '../support/media-content.js';
import { createRenderBench, type RenderBench } from '../support/render-bench.js';
import { makeCaseMedia } from './case-media.js';
import { timelines } from './cases.js';
import { compareColors, compareEdges, type Comparison, compareSound, readPictures } from './comparison.js';
import { listen, RATE } from './listener.js';
import { framesIn } from './shapes.js';
import { FONT, specOf } from './to-spec.js';

/** `npm run test:exactness` has 300 of them, `npm test` the first few. */
const CASES = Number(process.env.CUTROOM_TEST_CASES ?? 12);
const SEED = Number(process.env.CUTROOM_TEST_SEED ?? 15);
/** The number of the first one, so that a long run can be done in parts. */
const FIRST = Number(process.env.CUTROOM_TEST_FIRST ?? 0);

let bench: RenderBench;
beforeAll(async () => {
  bench = await createRenderBench({
    fontFolder: async (folder) => {
      await mkdir(folder);
      await writeFile(path.join(folder, FONT), squareFont());
    },
  });
  await makeCaseMedia(bench.media);
});
afterAll(() => bench.close());

/** How many of a comparison's places may be wrong: some lie on an edge that the painter puts elsewhere by a part of a pixel. */
const FORGIVEN = 0.002;

describe(`a timeline of seed ${SEED}`, () => {
  const cases = fc.sample(timelines, { numRuns: FIRST + CASES, seed: SEED });
  it.each(cases.map((timeline, i) => [i, timeline] as const).slice(FIRST))(
    'of case %i is what the second renderer paints and hears',
    async (number, timeline) => {
      const spec = specOf(timeline);
      const again = `CUTROOM_TEST_SEED=${SEED} CUTROOM_TEST_FIRST=${number} CUTROOM_TEST_CASES=1 npx vitest run test/exactness\n${JSON.stringify(spec)}`;
      const expectRight = (what: string, { places, wrong }: Comparison) => {
        expect(
          wrong.length / Math.max(1, places),
          `${what}: ${wrong.length} of ${places}:\n${wrong.slice(0, 12).join('\n')}\n${again}`,
        ).toBeLessThanOrEqual(FORGIVEN);
      };
      const frames = framesIn(timeline);
      const read = readJson(renderSpecType, spec as unknown as JsonValue, { unknownFields: 'refuse' });
      const { form, outputs: asked, violations } = parseSpec(read);
      expect(violations, again).toEqual([]);
      const { outputs, locate } = await bench.render(form!, {}, {}, { outputs: asked });
      const [picture, sound] = await Promise.all(outputs.map((output) => locate(output)));
      expect(outputs[0]!.frameCount, again).toBe(frames);
      const pictures = await readPictures(picture!, timeline);
      expect(pictures.frames, again).toHaveLength(frames);
      const colors = compareColors(timeline, pictures);
      expect(colors.places).toBeGreaterThan(0);
      expectRight('colours', colors);
      if (timeline.background) expectRight('edges', compareEdges(timeline, pictures));
      const heard = await readSound(sound!);
      const wanted = listen(timeline);
      expect(heard.left, again).toHaveLength(wanted.left.length);
      expectRight('sound', compareSound(wanted, heard));
      const ends = await streamEnds(picture!);
      expect(Math.abs(ends.videoSeconds - frames / timeline.rate), again).toBeLessThan(0.001);
      expect(Math.abs(ends.audioSeconds - wanted.left.length / RATE), again).toBeLessThan(0.001);
    },
  );
});
