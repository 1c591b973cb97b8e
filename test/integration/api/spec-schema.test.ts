import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRecipes } from '../../../scripts/lib/cookbook.mjs';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let under: ApiUnderTest;
let validate: ValidateFunction;
beforeAll(async () => {
  under = await startApiUnderTest();
  const schema = (await (await fetch(`${under.httpUrl}/schema/render-spec.json`)).json()) as Record<string, unknown>;
  // Formats such as int32 are those of OpenAPI.
  validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema);
});
afterAll(() => under.stop());

function problems(spec: unknown): string[] {
  return validate(spec) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

const clip = (changes: object) => ({
  timeline: { tracks: [{ clips: [{ color: { color: '#112233' }, duration: '1s', ...changes }] }] },
});

describe('the JSON Schema of specs', () => {
  it('allows every spec of the cookbook', async () => {
    const recipes = await readRecipes();
    expect(recipes).not.toEqual([]);
    for (const { name, text } of recipes) expect(problems(JSON.parse(text)), name).toEqual([]);
  });

  it.each([
    ['a montage', { montage: { materials: [{ uri: 'a.mp4' }], subtitles: { uri: 'a.srt' } } }],
    ['a timeline', clip({})],
    ['a clip with a begin and a length', clip({ startWith: 'a', duration: undefined, sameAs: 'a' })],
    ['a placeholder for a colour', { ...clip({ color: { color: '{{brand}}' } }), variables: { brand: '#FF0000' } }],
    ['the name of the schema', { $schema: 'http://localhost/schema/render-spec.json', ...clip({}) }],
  ])('allows %s', (_, spec) => {
    expect(problems(JSON.parse(JSON.stringify(spec)))).toEqual([]);
  });

  it.each([
    ['a field that is not there', clip({ colour: 1 })],
    ['two assets', clip({ text: { text: 'a' } })],
    ['two lengths', clip({ sameAs: 'a' })],
    ['no asset', clip({ color: undefined })],
    ['two forms', { ...clip({}), montage: { materials: [{ uri: 'a.mp4' }] } }],
    ['a colour that is none', clip({ color: { color: 'red' } })],
    ['a value that an enum does not have', clip({ blend: 'BLEND_MODE_BRIGHT' })],
  ])('refuses %s', (_, spec) => {
    expect(problems(JSON.parse(JSON.stringify(spec)))).not.toEqual([]);
  });
});
