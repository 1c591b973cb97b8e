import type { Inputs, Json } from '../../support/timeline.js';

/** What timelines of other services say, in the words of this one. */
interface Example {
  readonly timeline: Json;
  readonly inputs: Inputs;
}

const still = (i: number, fields: Json = {}) => ({ image: { uri: `${i}.png` }, ...fields });
const stills = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`${i}.png`, 'image' as const]));
const video = (uri: string, fields: Json = {}) => ({ video: { uri, ...fields } });
const title = (text: string, start: string, fields: Json = {}) => ({
  text: { text },
  start,
  duration: '0.41s',
  ...fields,
});
const corner = (x: number, y: number, anchor: string) => ({ box: { x, y, width: 30, height: 30 }, anchor });
const ANCHORS = ['TOP_LEFT', 'TOP', 'TOP_RIGHT', 'LEFT', 'CENTER', 'RIGHT', 'BOTTOM_LEFT', 'BOTTOM', 'BOTTOM_RIGHT'];

export const EXAMPLES: Readonly<Record<string, Example>> = {
  'a picture in picture with changing corners': {
    timeline: {
      tracks: [
        { clips: [video('v.mp4')] },
        {
          clips: [
            { ...video('w.mp4', { muted: true }), duration: '2s', layout: corner(2, 2, 'ANCHOR_TOP_LEFT') },
            {
              ...video('w.mp4', { muted: true, trimStart: '2s' }),
              duration: '2s',
              layout: corner(98, 2, 'ANCHOR_TOP_RIGHT'),
              cornerRadius: 20,
              border: {},
              shadow: {},
            },
            { ...video('w.mp4', { muted: true, trimStart: '4s' }), layout: corner(98, 98, 'ANCHOR_BOTTOM_RIGHT') },
          ],
        },
      ],
    },
    inputs: { visual: { 'v.mp4': 9, 'w.mp4': 8 }, audio: { 'v.mp4': 9 } },
  },
  'six stills that slide in over each other with a soundtrack that fades out': {
    timeline: {
      tracks: [
        ...Array.from({ length: 6 }, (_, i) => ({
          clips: [
            still(i, {
              start: `${2 * i}s`,
              duration: '4s',
              enter: { kind: i % 2 ? 'KIND_SLIDE_LEFT' : 'KIND_SLIDE_UP', duration: '1s' },
            }),
          ],
        })),
        { clips: [{ audio: { uri: 'a.mp3', sound: { fadeOut: '2s' } }, toEnd: true }] },
      ],
    },
    inputs: { visual: stills, audio: { 'a.mp3': 100 } },
  },
  'titles at hundredths of a second over one clip': {
    timeline: {
      canvas: { frameRate: '30000/1001' },
      tracks: [
        { clips: [video('v.mp4')] },
        {
          clips: [
            title('One', '0.07s'),
            title('Two', '0.49s'),
            title('Three', '1.03s', { exit: { duration: '0.13s' } }),
          ],
        },
      ],
    },
    inputs: { visual: { 'v.mp4': 9 } },
  },
  'an overlay with alpha across a cut': {
    timeline: { tracks: [{ clips: [video('v.mp4'), still(1)] }, { clips: [{ ...video('alpha.mov'), start: '4s' }] }] },
    inputs: { visual: { 'v.mp4': 5, 'alpha.mov': 2, ...stills } },
  },
  'a rotation by 45 degrees with flips': {
    timeline: {
      tracks: [
        {
          clips: [
            still(1, {
              rotation: 45,
              flipHorizontal: true,
              flipVertical: true,
              layout: corner(50, 50, 'ANCHOR_CENTER'),
            }),
          ],
        },
      ],
    },
    inputs: { visual: stills },
  },
  'five boxes with five fits': {
    timeline: {
      tracks: ['COVER', 'CONTAIN', 'FILL', 'NONE', 'SCALE_DOWN'].map((fit, i) => ({
        clips: [still(i, { layout: { box: { x: 20 * i, width: 20 }, fit: `FIT_${fit}` } })],
      })),
    },
    inputs: { visual: stills },
  },
  'layers that start and stop inside a clip': {
    timeline: {
      tracks: [
        { clips: [{ id: 'base', ...video('v.mp4') }] },
        { clips: [still(1, { startWith: 'base', offset: '1s', duration: '1s' })] },
        { clips: [still(2, { startWith: 'base', offset: '1.5s', duration: '2s' })] },
      ],
    },
    inputs: { visual: { 'v.mp4': 5, ...stills } },
  },
  'three audio tracks at different offsets with ducking': {
    timeline: {
      tracks: [
        { clips: [still(1, { toEnd: true })] },
        {
          id: 'music',
          duck: { under: 'voice', amountDb: 15 },
          clips: [{ audio: { uri: 'a.mp3', loop: true }, duration: '20s' }],
        },
        {
          id: 'voice',
          clips: [
            { audio: { uri: 'b.wav' }, start: '1.3s' },
            { audio: { uri: 'b.wav' }, start: '9s' },
          ],
        },
        { gainDb: -20, clips: [{ audio: { uri: 'c.wav', trimStart: '1s' }, start: '4s', duration: '3s' }] },
      ],
      loudness: {},
    },
    inputs: { visual: stills, audio: { 'a.mp3': 30, 'b.wav': 4, 'c.wav': 9 } },
  },
  'detached sound that outlives its clip': {
    timeline: {
      tracks: [
        { clips: [{ id: 'v', ...video('v.mp4', { muted: true }), duration: '3s' }, still(1)] },
        { clips: [{ audio: { uri: 'v.mp4' }, startWith: 'v', duration: '5s' }] },
      ],
    },
    inputs: { visual: { 'v.mp4': 9, ...stills }, audio: { 'v.mp4': 9 } },
  },
  'four times and half the speed': {
    timeline: {
      tracks: [
        { clips: [video('v.mp4', { speed: 4 }), { ...video('v.mp4', { speed: 0.5 }), transition: { kind: 'fade' } }] },
      ],
    },
    inputs: { visual: { 'v.mp4': 8 }, audio: { 'v.mp4': 8 } },
  },
  'nine anchors': {
    timeline: {
      tracks: ANCHORS.map((anchor) => ({ clips: [still(1, { layout: corner(50, 50, `ANCHOR_${anchor}`) })] })),
    },
    inputs: { visual: stills },
  },
  'a narration that decides the length, with captions in a rounded box': {
    timeline: {
      canvas: { width: 1080, height: 1920 },
      tracks: [
        {
          clips: [
            still(1, { sameAs: 'one', motion: { kind: 'KIND_ZOOM_IN' } }),
            still(2, { sameAs: 'two', motion: { kind: 'KIND_PAN_LEFT' } }),
          ],
        },
        {
          clips: [
            { id: 'one', audio: { uri: '1.wav' } },
            { id: 'two', audio: { uri: '2.wav' } },
          ],
        },
        {
          clips: [
            {
              subtitles: { uri: 's.srt', style: { boxColor: '#000000B3', boxShape: 'BOX_SHAPE_ROUNDED' } },
              toEnd: true,
            },
          ],
        },
      ],
    },
    inputs: {
      visual: stills,
      audio: { '1.wav': 3.21, '2.wav': 2.77 },
      cues: { 's.srt': [{ startUs: 0, endUs: 2_000_000, text: 'Hi' }] },
    },
  },
  'a template in 25 frames per second with a headline, wipes and moving stills on two tracks': {
    timeline: {
      canvas: { width: 720, height: 1280, frameRate: '25', background: '#102030' },
      tracks: [
        {
          clips: [
            still(1, { motion: { kind: 'KIND_ZOOM_OUT' } }),
            still(2, {
              transition: { kind: 'circleopen', duration: '1s' },
              motion: { kind: 'KIND_PAN_UP', strength: 0.3 },
            }),
          ],
        },
        {
          clips: [
            still(3, {
              start: '1s',
              duration: '3s',
              layout: corner(50, 60, 'ANCHOR_CENTER'),
              enter: { kind: 'KIND_SLIDE_RIGHT' },
              exit: { kind: 'KIND_ZOOM' },
            }),
          ],
        },
        {
          clips: [
            {
              text: {
                text: 'The headline',
                bold: true,
                background: { radius: 12 },
                animation: { by: 'BY_CHARACTER', interval: '0.04s' },
              },
              layout: { box: { y: 10, height: 20 } },
              exit: { kind: 'KIND_WIPE_LEFT' },
            },
            {
              color: { color: '#ff8800' },
              enter: { kind: 'KIND_WIPE_RIGHT' },
              exit: { kind: 'KIND_WIPE_UP' },
              layout: { box: { y: 90, height: 10 } },
            },
            { gradient: { angle: 90, stops: [{ color: '#000000' }, { at: 1, color: '#ffffff00' }] } },
          ],
        },
      ],
    },
    inputs: { visual: stills },
  },
  'everything that a clip can look like': {
    timeline: {
      tracks: [
        {
          clips: [
            {
              ...video('v.mp4', { sound: { gainDb: -3, fadeIn: '0.2s' } }),
              ...{
                id: 'all',
                duration: '3s',
                opacity: 0.9,
                rotation: 10,
                cornerRadius: 8,
                blend: 'BLEND_MODE_SCREEN',
                blur: 2,
              },
              layout: {
                box: { x: 5, width: 50 },
                fit: 'FIT_CONTAIN_BLUR',
                focus: { x: 10, y: 90 },
                crop: { x: 10, y: 20, width: 30 },
              },
              chromaKey: { color: '#00ff00', despill: true },
              colorAdjustment: { contrast: 1.2, hue: 10, lutUri: 'l.cube' },
              keyframes: [
                { property: 'PROPERTY_X', value: 1 },
                { property: 'PROPERTY_X', time: '1s', value: 9, easing: 'cubic-bezier(0.3, 1.5, 0.6, 1)' },
                { property: 'PROPERTY_GAIN_DB', value: -6 },
              ],
            },
          ],
        },
      ],
      duration: '2.5s',
    },
    inputs: { visual: { 'v.mp4': 9 }, audio: { 'v.mp4': 9 } },
  },
};
