import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '@bufbuild/protobuf';
import { RenderSpec } from '../../../generated/cutroom/v1/spec.js';
import { SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { ANYONE } from '../../../src/task/caller.js';
import { parseSubmit } from '../../../src/wire/parse-submit.js';
import { readJson, registry } from '../../../src/wire/proto-json.js';
import { fillDefaults } from '../../../src/wire/render-spec/fill-defaults.js';
import { parseSpec } from '../../../src/wire/render-spec/parse-spec.js';
import { parseStoredSpec } from '../../../src/wire/render-spec/parse-stored-spec.js';
import { renderSpecType, requestHash } from '../../../src/wire/render-spec/spec-identity.js';
import { mapTexts } from '../../../src/wire/render-spec/spec-texts.js';
import { withLiteralTexts, withValues } from '../../../src/wire/render-spec/variables.js';
import { submitRequestType } from '../../../src/wire/submit-request-type.js';
import { validSpec } from './spec-arbitrary.js';

const specOf = (json: JsonValue) => readJson(renderSpecType, json, { unknownFields: 'refuse' });
const clip = (asset: object) => ({ timeline: { tracks: [{ clips: [asset] }] } });

/** A timeline of one text, with variables. */
function texted(text: string, variables: Record<string, string> = {}): RenderSpec {
  return specOf({ ...clip({ text: { text } }), variables } as JsonValue);
}

function textOf(spec: RenderSpec): string {
  const texts: string[] = [];
  mapTexts(withValues(spec), '', (text, field) => {
    if (field.endsWith('text.text')) texts.push(text);
    return text;
  });
  return texts.join();
}

const found = (spec: RenderSpec) =>
  parseSpec(spec).violations.map(({ field, description }) => `${field} ${description}`);

describe('variables of a spec', () => {
  it.each([
    ['Hello, {{name}}!', 'Hello, Ada!'],
    ['{{ name }}{{name}}', 'AdaAda'],
    ['\\{{name}}', '{{name}}'],
    ['\\\\{{name}}', '\\Ada'],
    ['\\\\\\{{name}} \\ \\\\ {{name}}', '\\{{name}} \\ \\\\ Ada'],
    ['\\{{ {{name}}', '{{ Ada'],
    ['{{price}}', '$& $1 {{name}} \\{{'],
    ['a } }} { b {{name}}', 'a } }} { b Ada'],
  ])('replace %j by %j', (text, expected) => {
    const variables = { name: 'Ada', price: '$& $1 {{name}} \\{{' };
    expect(textOf(texted(text, variables))).toBe(expected);
  });

  it('reach every text of a spec: uris, colours, ids, outputs', () => {
    const spec = specOf({
      timeline: {
        canvas: { background: '{{color}}' },
        tracks: [
          {
            id: '{{id}}',
            clips: [
              { id: 'a', video: { uri: '{{uri}}' }, colorAdjustment: { lutUri: '{{uri}}.cube' } },
              {
                startAfter: '{{ref}}',
                duration: '1s',
                gradient: { stops: [{ color: '{{color}}' }, { color: '{{color}}' }] },
              },
            ],
          },
        ],
      },
      outputs: [{ key: '{{id}}.mp4', mp4: {} }],
      variables: { color: '#112233', id: 'lower', uri: 'file.mp4', ref: 'a' },
    });
    const parsed = parseSpec(spec);
    expect(parsed.violations).toEqual([]);
    expect(parsed.assets.map(({ uri }) => uri)).toEqual(['file.mp4', 'file.mp4.cube']);
    expect(parsed.outputs.map(({ key }) => key)).toEqual(['lower.mp4']);
  });

  it('are judged by the rules of the field that they stand in', () => {
    const spec = specOf({ ...clip({ color: { color: '{{color}}' } }), variables: { color: 'red' } } as JsonValue);
    expect(found(spec)).toEqual([
      'spec.timeline.tracks[0].clips[0].color.color must be a colour as #RRGGBB or #RRGGBBAA',
    ]);
  });

  it('have every violation at once, a field with a placeholder only that one', () => {
    const spec = specOf({
      montage: {
        materials: [{ uri: '{{clip}}' }, { uri: 'b.mp4' }],
        backgroundColor: '{{colour}}',
        subtitles: { cues: { cues: [{ start: '0s', end: '1s', text: '{{x y}}' }] } },
        clipSpeed: 9,
      },
      variables: { color: 'red', '1st': 'x', unused: 'y'.repeat(4097) },
    });
    expect(found(spec)).toEqual([
      'spec.montage.materials[0].uri has {{clip}}, which spec.variables does not have; write \\{{ for the text {{',
      'spec.montage.background_color has {{colour}} (did you mean color?), which spec.variables does not have; write \\{{ for the text {{',
      'spec.montage.subtitles.cues.cues[0].text has a {{ that begins no {{name}}; write \\{{ for the text {{',
      'spec.variables["color"] is not used: no text of the spec has {{color}}',
      expect.stringMatching(/^spec\.variables\["1st"\] must have a name of 1 to 64 characters/),
      'spec.variables["unused"] is not used: no text of the spec has {{unused}}',
      'spec.variables["unused"] must have a value of at most 4096 characters',
      expect.stringMatching(/^spec\.montage\.clip_speed must be/),
    ]);
    expect(parseSpec(spec).assets.map(({ uri }) => uri)).toEqual(['b.mp4']);
  });

  it('cannot make a short spec grow without limit', () => {
    const text = '{{a}}'.repeat(2_000);
    const spec = texted(text, { a: 'x'.repeat(4_096) });
    expect(found(spec)).toContainEqual(expect.stringMatching(/^spec\.variables make more than 4194304 characters/));
    expect(textOf(spec)).toBe(text);
  });

  it('are at most 500', () => {
    const names = Array.from({ length: 501 }, (_, i) => `v${i}`);
    const spec = texted(
      names.map((name) => `{{${name}}}`).join(''),
      Object.fromEntries(names.map((name) => [name, ''])),
    );
    expect(found(spec)).toContain('spec.variables must be at most 500, not 501');
  });

  it('are stored and hashed as they were sent, in whatever order', () => {
    const request = (variables: Record<string, string>) =>
      SubmitTaskRequest.fromPartial({ spec: texted('{{a}}{{b}}', variables) });
    expect(requestHash(request({ a: '1', b: '2' }))).toBe(requestHash(request({ b: '2', a: '1' })));
    expect(requestHash(request({ a: '1', b: '2' }))).not.toBe(requestHash(request({ a: '1', b: '3' })));
    const { specJson } = parseSubmit(request({ a: '1', b: '2' }), ANYONE);
    expect(JSON.parse(specJson)).toMatchObject({ variables: { a: '1', b: '2' } });
    expect(specJson).toContain('{{a}}{{b}}');
    expect(parseStoredSpec(specJson).form.inputs).toEqual([]);
  });

  it('are in place in the spec that a validated submit answers with, which means the same', () => {
    const filled = fillDefaults(texted('\\{{a}} {{a}}', { a: '{{x}}' }));
    expect(filled.variables).toEqual({});
    expect(textOf(filled)).toBe('{{a}} {{x}}');
    expect(parseSpec(filled).violations).toEqual([]);
  });

  it('do not change a spec that was stored before there were any', () => {
    const stored = JSON.stringify({ montage: { materials: [{ uri: 'a{{b}}.mp4' }] } });
    expect(parseStoredSpec(stored).form.inputs.map(({ asset }) => asset.uri)).toEqual(['a{{b}}.mp4']);
  });

  it('are refused by the name __proto__ too, which the generated decoder loses', () => {
    const bytes = Buffer.from(
      SubmitTaskRequest.encode(SubmitTaskRequest.fromPartial({ spec: texted('a', { __PROTO__: 'x' }) })).finish(),
    );
    const sent = Buffer.from(bytes.toString('latin1').replace('__PROTO__', '__proto__'), 'latin1');
    const { spec } = parseSubmit(submitRequestType.decode(sent), ANYONE);
    expect(spec.violations.map(({ field }) => field)).toEqual(['spec.variables["__proto__"]']);
  });

  it('leave a text that was made literal as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('{', '{{', '\\', '}}', 'a', ' ', '{{a}}')), (parts) => {
        const text = `x${parts.join('')}`;
        expect(textOf(withLiteralTexts(texted(text)))).toBe(text);
        expect(found(withLiteralTexts(texted(text)))).toEqual([]);
      }),
    );
  });

  it('leave every spec without braces as it is', () => {
    fc.assert(
      fc.property(validSpec, (partial) => {
        const spec = RenderSpec.fromPartial(partial);
        expect(withValues(spec)).toEqual(spec);
      }),
    );
  });

  it('stand in fields whose paths are those of the proto', () => {
    const seen = new Set<string>();
    const visit = (name: string): void => {
      if (seen.has(name)) return;
      seen.add(name);
      for (const field of registry.getMessage(name)?.fields ?? []) {
        expect(field.localName.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)).toBe(field.name);
        if (field.message) visit(field.message.typeName);
      }
    };
    visit('cutroom.v1.RenderSpec');
    expect(seen.size).toBeGreaterThan(30);
  });
});
