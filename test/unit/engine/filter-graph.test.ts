import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SAMPLE_RATE, type Composition, type VisualClip } from '../../../src/composition/composition.js';
import { renderArguments } from '../../../src/engine/command-line.js';
import { throughBt601 } from '../../../src/engine/graph/bt709.js';
import { planRender } from '../../../src/engine/graph/filter-graph.js';
import type { KnownMedia } from '../../../src/engine/graph/render-plan.js';
import type { VisualDetails } from '../../../src/engine/probe/media-details.js';

const VIDEO: VisualDetails = {
  facts: { kind: 'video', durationUs: 5_000_000 },
  streamIndex: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  frameRate: { num: 30, den: 1 },
  hasAlpha: false,
  color: { matrix: 'bt709', range: 'tv', hdr: false },
  startUs: 0,
  presentUs: 5_000_000,
};

function composition(clips: readonly Partial<VisualClip>[], changes: Partial<Composition> = {}): Composition {
  return {
    width: 1080,
    height: 1920,
    frameRate: { num: 30, den: 1 },
    frames: 60,
    samples: 2 * SAMPLE_RATE,
    background: { r: 0, g: 0, b: 0, a: 255 },
    tracks: [
      {
        kind: 'visual',
        clips: clips.map((clip, i) => ({
          asset: { uri: `u${i}`, field: `f${i}` },
          source: 'video',
          startFrame: 0,
          frames: 30,
          fit: 'COVER',
          fadeInFrames: 0,
          trimStartUs: 0,
          speed: 1,
          effects: [],
          ...clip,
        })),
      },
    ],
    ...changes,
  };
}

function media(uris: readonly string[], details: Partial<VisualDetails> = {}): KnownMedia {
  return {
    visuals: new Map(uris.map((uri, i) => [uri, { file: `inputs/${i}`, details: { ...VIDEO, ...details } }])),
    audios: new Map(),
  };
}

const NO_FONTS = { font: null, ruler: null };

describe('planRender', () => {
  it('puts nothing that a caller wrote into the graph or the inputs', () => {
    const marker = 'CALLER-TEXT';
    const spec = composition([{ asset: { uri: marker, field: marker } }], {});
    const captions = {
      kind: 'captions' as const,
      cues: [{ startUs: 0, endUs: 1, text: marker }],
      style: {
        fontSize: 9,
        textColor: spec.background,
        outlineColor: spec.background,
        outlineWidth: 0,
        boxColor: null,
        boxShape: 'TEXT' as const,
        font: null,
        bold: false,
        position: 'TOP' as const,
      },
    };
    const plan = planRender({ ...spec, tracks: [...spec.tracks, captions] }, media([marker]), NO_FONTS);
    expect(JSON.stringify([plan.graph, plan.inputs])).not.toContain(marker);
    expect(plan.captions).toContain(marker);
  });

  it('opens an image once, however often it is shown', () => {
    const clip = { asset: { uri: 'u0', field: 'f' }, source: 'image' as const };
    const plan = planRender(composition([clip, clip, clip]), media(['u0'], { facts: { kind: 'image' } }), NO_FONTS);
    expect(plan.inputs).toHaveLength(1);
    expect(plan.graph.match(/scale=/g)).toHaveLength(1);
  });

  it('opens every input behind the guards', () => {
    const plan = planRender(composition([{}, {}]), media(['u0', 'u1']), NO_FONTS);
    for (const { options } of plan.inputs)
      expect(options.join(' ')).toMatch(
        /-protocol_whitelist file,pipe -format_whitelist mov,[\w,]* -max_pixels \d+ .*-t \d/,
      );
  });

  it('defines each pad once and uses it once', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            frames: fc.integer({ min: 8, max: 40 }),
            fadeInFrames: fc.constantFrom(0, 3),
            source: fc.constantFrom('image' as const, 'video' as const),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        (clips) => {
          const { graph } = planRender(
            composition(
              clips.map((clip, i) => ({
                ...clip,
                fadeInFrames: i === 0 ? 0 : clip.fadeInFrames,
                asset: { uri: `u${i % 3}`, field: '' },
              })),
            ),
            media(['u0', 'u1', 'u2']),
            NO_FONTS,
          );
          const pads = [...graph.matchAll(/\[([a-z]\w*)\]/g)].map((match) => match[1]);
          const counts = new Map<string | undefined, number>();
          for (const pad of pads) counts.set(pad, (counts.get(pad) ?? 0) + 1);
          for (const [pad, count] of counts)
            expect([pad, count]).toEqual([pad, pad === 'video' || pad === 'audio' ? 1 : 2]);
        },
      ),
    );
  });
});

describe('renderArguments', () => {
  const command = {
    inputs: [{ file: 'inputs/0', options: ['-threads', '1', '-t', '5'] }],
    graphFile: 'graph.txt',
    outputFile: 'out.mp4',
    frameRate: { num: 30, den: 1 },
  };

  it('is one list: options, inputs, graph, encoder, output', () => {
    const args = renderArguments({ ...command, majorVersion: 5 });
    expect(args.join(' ')).toContain('-threads 1 -t 5 -i file:inputs/0 -map [video] -map [audio] -c:v libx264');
    expect(args).toContain('-filter_complex_script');
    expect(args.at(-1)).toBe('file:out.mp4');
    expect(args[args.indexOf('-g') + 1]).toBe('60');
  });

  it.each([7, 9, null])('reads the graph by the option that version %s has', (majorVersion) => {
    expect(renderArguments({ ...command, majorVersion })).toContain('-/filter_complex');
  });
});

describe('throughBt601', () => {
  it('leaves greys alone, and is undone by reading BT.601 as BT.709', () => {
    expect(throughBt601({ r: 7, g: 7, b: 7, a: 9 })).toEqual({ r: 7, g: 7, b: 7, a: 9 });
    const { r, g, b } = throughBt601({ r: 200, g: 50, b: 20, a: 255 });
    const y = 0.299 * r + 0.587 * g + 0.114 * b;
    const back = { r: y + (1.5748 * (r - y)) / 1.402, b: y + (1.8556 * (b - y)) / 1.772 };
    expect(Math.abs(back.r - 200)).toBeLessThan(2);
    expect(Math.abs(back.b - 20)).toBeLessThan(2);
  });
});
