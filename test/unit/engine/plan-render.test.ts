import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Animated } from '../../../src/composition/animated.js';
import type { ClipEffect } from '../../../src/composition/clip-effect.js';
import {
  SAMPLE_RATE,
  type AudioClip,
  type CaptionLayer,
  type Composition,
  type Layer,
  type VisualClip,
} from '../../../src/composition/composition.js';
import { captionDocument } from '../../../src/engine/captions/caption-document.js';
import { renderArguments } from '../../../src/engine/command-line.js';
import { throughBt601 } from '../../../src/engine/compositor/color/bt709.js';
import { planRender } from '../../../src/engine/compositor/plan-render.js';
import { type KnownMedia, type RenderPlan } from '../../../src/engine/compositor/render-plan.js';
import { NORMAL_FORM } from '../../../src/engine/compositor/fit.js';
import { wholeOf } from '../../../src/engine/compositor/section.js';
import { h264Options } from '../../../src/engine/outputs/h264-mp4/encoding.js';
import { h264Mp4 } from '../../../src/engine/outputs/h264-mp4/h264-mp4.js';
import type { VisualDetails } from '../../../src/engine/probe/media-details.js';
import { missingParts } from '../../../src/engine/required-parts.js';
import { clipOf, drawnFile, layerOf, placed } from '../../support/frame-bench.js';

const BLACK = { r: 0, g: 0, b: 0, a: 255 };
const AUDIO: AudioClip = {
  asset: { uri: 'a', field: '' },
  startSample: 0,
  samples: SAMPLE_RATE,
  gainDb: 0,
  loop: false,
  fadeOutSamples: 0,
};

const VIDEO: VisualDetails = {
  facts: { kind: 'video', durationUs: 5_000_000 },
  streamIndex: 0,
  codec: 'h264',
  width: 1920,
  height: 1080,
  frameRate: { num: 30, den: 1 },
  gridRate: { num: 30, den: 1 },
  hasAlpha: false,
  interlaced: false,
  uneven: null,
  color: { matrix: 'bt709', range: 'tv', transfer: 'sdr', primaries: 'bt709' },
  startUs: 0,
  countedStartUs: 0,
  timeBase: { num: 1, den: 15_360 },
  seeking: 'EXACT',
  presentUs: 5_000_000,
};

function layersOf(clips: readonly Partial<VisualClip>[]): Layer[] {
  const all = clips.map((clip, i) => ({
    asset: { uri: `u${i}`, field: `f${i}` },
    source: 'video' as const,
    startFrame: i * 30,
    frames: 30,
    fit: 'COVER' as const,
    transition: null,
    trimStartUs: 0,
    speed: 1,
    effects: [],
    opacity: 1,
    ...clip,
  }));
  return [{ kind: 'clips', clips: all }];
}

function composition(clips: readonly Partial<VisualClip>[]): Composition {
  return {
    width: 1080,
    height: 1920,
    frameRate: { num: 30, den: 1 },
    frames: clips.length * 30,
    samples: clips.length * SAMPLE_RATE,
    background: BLACK,
    layers: layersOf(clips),
    audio: [],
  };
}

function media(uris: readonly string[], details: Partial<VisualDetails> = {}): KnownMedia {
  return {
    visuals: new Map(uris.map((uri, i) => [uri, { file: `inputs/${i}`, details: { ...VIDEO, ...details } }])),
    audios: new Map(),
  };
}

const keys = (first: [number, number], ...more: [number, number][]): Animated => {
  const key = ([at, value]: [number, number]) => ({ at, value });
  return [key(first), ...more.map(key)];
};

const plan = (of: Composition, known: KnownMedia): RenderPlan =>
  planRender(
    of,
    wholeOf(of),
    { media: known, ways: [{ filters: NORMAL_FORM, to: 'video' }], captions: [captionDocument('')] },
    [{ filters: [], to: 'sound' }],
  );

const captions = (text: string): CaptionLayer => ({
  kind: 'captions',
  field: 'f',
  cues: [{ startUs: 0, endUs: 1, text }],
  style: {
    fontSize: 9,
    textColor: BLACK,
    outlineColor: BLACK,
    outlineWidth: 0,
    boxColor: null,
    boxShape: 'TEXT',
    font: null,
    bold: false,
    position: 'TOP',
  },
});

/** Names of the filters in a graph. */
function filtersIn(graph: string): string[] {
  const bare = graph.replace(/'[^']*'/g, '').replace(/\[[^\]]*\]/g, '');
  return bare.split(/[;,\n]/).flatMap((filter) => /^\s*([a-z]\w*)/.exec(filter)?.[1] ?? []);
}

describe('planRender', () => {
  it('puts no text of a caller into the graph or the inputs', () => {
    const marker = 'CALLER-TEXT';
    const spec = composition([{ asset: { uri: marker, field: marker } }]);
    const made = plan({ ...spec, layers: [...spec.layers, captions(marker)] }, media([marker]));
    const opened = made.inputs.map(({ file, options }) => [file, options]);
    expect(JSON.stringify([made.graph, made.files, opened])).not.toContain(marker);
    expect(made.graph).toMatch(/ass=captions-[0-9a-f]{32}\.ass/);
  });

  it('opens an image once, however often it is shown', () => {
    const clip = { asset: { uri: 'u0', field: 'f' }, source: 'image' as const };
    const made = plan(composition([clip, clip, clip]), media(['u0'], { facts: { kind: 'image' } }));
    expect(made.inputs).toHaveLength(1);
    expect(made.graph.match(/scale=/g)).toHaveLength(1);
  });

  it('opens every input behind the guards', () => {
    const made = plan(composition([{}, {}]), media(['u0', 'u1']));
    for (const { options } of made.inputs)
      expect(options.join(' ')).toMatch(
        /-protocol_whitelist file,pipe -format_whitelist mov,[\w,]* -max_pixels \d+ .*-t \d/,
      );
  });

  it('decodes every input by one thread: several lose reports of damage', () => {
    const { inputs } = plan(composition([{}, {}]), media(['u0', 'u1']));
    expect(inputs.length).toBeGreaterThan(1);
    for (const { options } of inputs) expect(options.join(' ')).toContain('-threads 1');
  });

  it('brings only frames of transitions to the format of transitions', () => {
    const fade = { kind: 'fade', frames: 10 } as const;
    const { graph } = plan(
      { ...composition([{}, { startFrame: 20, transition: fade }]), frames: 50 },
      media(['u0', 'u1']),
    );
    expect(graph).toContain('[l0r0g0_tail][l0r0g1_head]xfade=');
    expect(graph).toContain('[l0r0g0_body][l0r0x1][l0r0g1_body]concat=n=3');
    expect(graph).toMatch(/trim=start_frame=20:end_frame=30,[^\n]*\[l0r0g0_tail\]/);
    expect(graph).toMatch(/trim=start_frame=10:end_frame=30,[^\n]*\[l0r0g1_body\]/);
  });

  it('cuts off what a frame does not show before it is scaled, unless it shows another place than the middle', () => {
    const graphOf = (clip: Partial<VisualClip>) => plan(composition([clip]), media(['u0'])).graph;
    expect(graphOf({})).toMatch(/crop='iw-8[^:]*':'ih-8[^:]*':exact=1,scale=/);
    expect(graphOf({ focus: { x: 0.2, y: 0.5 } })).not.toContain('iw-8');
    expect(graphOf({ fit: 'CONTAIN' })).not.toContain('iw-8');
  });

  it('overlays nothing where one layer covers the video', () => {
    expect(plan(composition([{}, {}]), media(['u0', 'u1'])).graph).not.toContain('overlay');
  });

  it.each<[string, Partial<Composition>]>([
    ['two clips that overlap without a transition', { layers: layersOf([{ startFrame: 0 }, { startFrame: 29 }]) }],
    ['a clip that ends after the video', { layers: layersOf([{ startFrame: 31 }]) }],
    ['a transition with nothing before it', { layers: layersOf([{ transition: { kind: 'fade', frames: 5 } }]) }],
    [
      'a transition longer than its clip',
      { layers: layersOf([{}, { startFrame: 0, frames: 20, transition: { kind: 'fade', frames: 30 } }]) },
    ],
    ['opacity beyond 1', { layers: layersOf([{ opacity: 1.5 }]) }],
    [
      'opacity beyond 1 between the ends of a clip',
      { layers: layersOf([{ opacity: keys([0, 0], [9, 1.5], [20, 1]) }]) },
    ],
    ['opacity that is not a number', { layers: layersOf([{ opacity: keys([0, 0], [9, Number.NaN]) }]) }],
    ['keyframes at the same time', { layers: layersOf([{ opacity: keys([0, 0], [9, 0], [9, 1]) }]) }],
    ['keyframes that go back', { layers: layersOf([{ opacity: keys([9, 0], [0, 1]) }]) }],
    [
      'a transition between two ways of mixing',
      {
        layers: layersOf([
          { placement: placed(9, 9) },
          { startFrame: 25, transition: { kind: 'fade', frames: 5 }, placement: placed(9, 9, { blend: 'ADD' }) },
        ]),
      },
    ],
    ['a zoom below 1', { layers: layersOf([{ effects: [{ kind: 'ZOOM', scale: keys([0, 1], [9, 0.5]) }] }]) }],
    ['an infinite gain', { audio: [{ ...AUDIO, gainDb: keys([0, 0], [9, -Infinity]) }] }],
    ['a layer without clips', { layers: layersOf([]) }],
    ['audio longer than the soundtrack', { audio: [{ ...AUDIO, samples: 2 * SAMPLE_RATE + 1 }] }],
  ])('refuses %s', (_, changes) => {
    const impossible = { ...composition([{}, {}]), ...changes };
    expect(() => plan(impossible, media(['u0', 'u1']))).toThrow(/impossible composition/);
  });

  const FITS = ['COVER', 'CONTAIN', 'FILL', 'NONE', 'SCALE_DOWN', 'CONTAIN_BLUR'] as const;
  const MASK_SIZE = { width: 60, height: 40 };
  const MASK = drawnFile('mask', MASK_SIZE.width, MASK_SIZE.height);
  const BLENDED = layerOf(
    clipOf('u0', 1, 3, { placement: placed(60, 40, { blend: 'MULTIPLY' }) }),
    clipOf('u0', 4, 3, { placement: placed(60, 40, { x: keys([0, 0], [3, 9]), blend: 'ADD' }) }),
  );
  const opacity = fc.oneof(
    fc.constant(1),
    fc.constant(0.5),
    fc.constant<Animated>([
      { at: 0, value: 0 },
      { at: 7, value: 1 },
    ]),
  );
  const effects = fc.constantFrom<readonly ClipEffect[]>(
    [],
    [
      { kind: 'FADE_IN', frames: 4 },
      { kind: 'FADE_OUT', frames: 4 },
    ],
    [
      { kind: 'SLIDE_IN', frames: 4, side: 'LEFT' },
      { kind: 'SLIDE_OUT', frames: 4, side: 'BOTTOM' },
    ],
    [
      {
        kind: 'ZOOM',
        scale: [
          { at: 0, value: 1 },
          { at: 9, value: 1.2 },
        ],
      },
    ],
  );
  const placement = fc.option(
    fc.record({
      width: fc.integer({ min: 1, max: 2000 }),
      height: fc.integer({ min: 1, max: 2000 }),
      part: fc.constantFrom({ left: 0.1, top: 0, width: 0.5, height: 1 }, { left: 0, top: 0, width: 1, height: 1 }),
      x: opacity,
      y: fc.constantFrom(-5000, 100.5),
      scaleX: opacity,
      scaleY: fc.constant(1),
      rotation: fc.constantFrom(0, 45),
      flipHorizontal: fc.boolean(),
      flipVertical: fc.boolean(),
      focus: fc.record({ x: fc.constantFrom(0.5, 0.2), y: fc.constant(0.5) }),
      // Both sides of a transition are mixed in the same way.
      blend: fc.constant('NORMAL' as const),
    }),
    { nil: undefined },
  );
  const anyClip = fc.record({
    frames: fc.integer({ min: 8, max: 40 }),
    fade: fc.constantFrom(0, 3),
    gap: fc.constantFrom(0, 0, 5),
    source: fc.constantFrom('image' as const, 'video' as const),
    fit: fc.constantFrom(...FITS),
    opacity,
    effects,
    placement,
    frozen: fc.boolean(),
  });
  const anyLayers = fc.array(fc.array(anyClip, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 });

  /** Layers of clips with gaps and fades, captions on top, and audio whose gain moves. */
  function anyComposition(
    layers: readonly (readonly (typeof anyClip extends fc.Arbitrary<infer C> ? C : never)[])[],
  ): Composition {
    const made = layers.map((clips) => {
      let end = 0;
      return clips.map(({ fade, gap, placement: place, ...rest }, i) => {
        const mask = { uri: MASK.uri, field: '' };
        const clip = place ? { ...rest, placement: fade > 0 ? { ...place, ...MASK_SIZE, mask } : place } : rest;
        const kind = fade > 0 && clip.frozen ? ('fadewhite' as const) : ('fade' as const);
        const transition = i > 0 && gap === 0 && fade > 0 ? { kind, frames: fade } : null;
        const startFrame = end + gap - (transition?.frames ?? 0);
        end = startFrame + clip.frames;
        return { ...clip, asset: { uri: `u${i % 3}`, field: '' }, startFrame, transition, trimStartUs: 0, speed: 1 };
      });
    });
    const frames = Math.max(...made.flat().map((clip) => clip.startFrame + clip.frames));
    const samples = frames * 1600;
    return {
      ...composition([]),
      frames,
      samples,
      drawings: [MASK],
      layers: [...made.map((clips) => ({ kind: 'clips' as const, clips })), BLENDED, captions('x')],
      audio: [
        {
          ...AUDIO,
          asset: { uri: 'a', field: '' },
          samples,
          gainDb: [
            { at: 0, value: 0 },
            { at: 99, value: -6 },
          ],
        },
      ],
    };
  }
  const knownTo = (hasAlpha: boolean): KnownMedia => ({
    ...media(['u0', 'u1', 'u2', MASK.uri], {
      hasAlpha,
      color: { matrix: hasAlpha ? null : 'bt601', range: 'tv', transfer: 'sdr', primaries: 'bt709' },
    }),
    audios: new Map([['a', { file: 'inputs/9.pcm' }]]),
  });

  it('defines each pad once and uses it once, for any composition', () => {
    fc.assert(
      fc.property(anyLayers, fc.boolean(), (layers, hasAlpha) => {
        const { graph } = plan(anyComposition(layers), knownTo(hasAlpha));
        const pads = [...graph.matchAll(/\[([a-z]\w*)\]/g)].map((match) => match[1]);
        const counts = new Map<string | undefined, number>();
        for (const pad of pads) counts.set(pad, (counts.get(pad) ?? 0) + 1);
        for (const [pad, count] of counts)
          expect([pad, count]).toEqual([pad, pad === 'video' || pad === 'sound' ? 1 : 2]);
      }),
    );
  });

  it('closes no video before it ends by itself: ffmpeg from 7 on may wait for ever then', () => {
    const image = /^\[\d+:\d+\]trim=end_frame=1,settb=1\/1000,setpts=0/;
    fc.assert(
      fc.property(anyLayers, fc.boolean(), (layers, hasAlpha) => {
        const chains = plan(anyComposition(layers), knownTo(hasAlpha)).graph.split(/;\n?/);
        const videos = chains.filter((chain) => /^\[\d+:\d+\]/.test(chain) && !image.test(chain));
        // `reverse` waits for the end of its input.
        expect(videos.filter((chain) => /\btrim=[^,]*end/.test(chain.split(',reverse')[0] ?? ''))).toEqual([]);
        expect(chains.filter((chain) => /tpad=[^,]*,trim=[^,]*end/.test(chain))).toEqual([]);
      }),
    );
  });

  it('uses only filters that the start check covers', () => {
    const used = new Set<string>();
    fc.assert(
      fc.property(anyLayers, fc.boolean(), (layers, hasAlpha) => {
        for (const name of filtersIn(plan(anyComposition(layers), knownTo(hasAlpha)).graph)) used.add(name);
      }),
    );
    expect([...used].sort()).toEqual(
      expect.arrayContaining([
        'alphamerge',
        'amultiply',
        'concat',
        'gblur',
        'negate',
        'overlay',
        'perspective',
        'xfade',
      ]),
    );
    expect(missingParts(new Set(), new Set())).toEqual(
      expect.arrayContaining([...used].map((name) => `the filter ${name}`)),
    );
  });
});

describe('renderArguments', () => {
  const command = {
    inputs: [{ file: 'inputs/0', options: ['-threads', '1', '-t', '5'], uri: 'u', field: 'f', frames: 0, pixels: 0 }],
    graphFile: 'graph.txt',
    targets: [
      {
        file: 'out.mp4',
        pads: ['video', 'audio'],
        options: [
          ...h264Options({ ...composition([{}]), quality: 'MEDIUM', threads: null, aim: null, keyFrames: null }),
          ...h264Mp4.containerOptions,
        ],
      },
    ],
  };

  it('returns one list: options, inputs, graph, encoder, output', () => {
    const args = renderArguments({ ...command, majorVersion: 5 });
    expect(args.join(' ')).toContain(
      '-threads 1 -t 5 -i file:inputs/0 -map [video] -map [audio] -fps_mode:v passthrough',
    );
    expect(args).toContain('-filter_complex_script');
    expect(args.at(-1)).toBe('file:out.mp4');
    expect(args[args.indexOf('-g') + 1]).toBe('60');
  });

  it.each([7, 9, null])('reads the graph by the option of version %s', (majorVersion) => {
    expect(renderArguments({ ...command, majorVersion })).toContain('-/filter_complex');
  });
});

describe('throughBt601', () => {
  it('keeps greys, and is undone by reading BT.601 as BT.709', () => {
    expect(throughBt601({ r: 7, g: 7, b: 7, a: 9 })).toEqual({ r: 7, g: 7, b: 7, a: 9 });
    const { r, g, b } = throughBt601({ r: 200, g: 50, b: 20, a: 255 });
    const y = 0.299 * r + 0.587 * g + 0.114 * b;
    const back = { r: y + (1.5748 * (r - y)) / 1.402, b: y + (1.8556 * (b - y)) / 1.772 };
    expect(Math.abs(back.r - 200)).toBeLessThan(2);
    expect(Math.abs(back.b - 20)).toBeLessThan(2);
  });
});
