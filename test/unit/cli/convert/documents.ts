/** Documents in the shape of public examples of each format, with media of our own names. */

const rationalTime = (value: number, rate = 24) => ({ OTIO_SCHEMA: 'RationalTime.1', value, rate });
const range = (start: number, duration: number, rate = 24) => ({
  OTIO_SCHEMA: 'TimeRange.1',
  start_time: rationalTime(start, rate),
  duration: rationalTime(duration, rate),
});
const external = (target_url: string, available_range: unknown = null) => ({
  OTIO_SCHEMA: 'ExternalReference.1',
  metadata: {},
  available_range,
  target_url,
});
const clip1 = (url: string, source_range: unknown, more: object = {}) => ({
  OTIO_SCHEMA: 'Clip.1',
  name: url,
  metadata: {},
  effects: [],
  markers: [],
  source_range,
  media_reference: external(url),
  ...more,
});
const track = (kind: string, children: unknown[]) => ({
  OTIO_SCHEMA: 'Track.1',
  kind,
  name: kind,
  source_range: null,
  children,
});
const timeline = (...tracks: unknown[]) => ({
  OTIO_SCHEMA: 'Timeline.1',
  name: 'cut',
  metadata: { made: 'by hand' },
  global_start_time: rationalTime(86400),
  tracks: { OTIO_SCHEMA: 'Stack.1', name: 'tracks', source_range: null, effects: [], markers: [], children: tracks },
});
const transition = (type: string, into: number, out: number, rate = 24) => ({
  OTIO_SCHEMA: 'Transition.1',
  transition_type: type,
  in_offset: rationalTime(into, rate),
  out_offset: rationalTime(out, rate),
});
const gap = (frames: number, rate = 24) => ({
  OTIO_SCHEMA: 'Gap.1',
  source_range: range(0, frames, rate),
  effects: [],
  markers: [],
});

/** OpenTimelineIO files. */
export const OTIO = {
  dissolve: timeline(
    track('Video', [
      {
        ...clip1('takes/walk.mov', range(86410, 48, 23.976)),
        OTIO_SCHEMA: 'Clip.2',
        media_reference: undefined,
        media_references: {
          HIGH: external('takes/walk.mov', range(86400, 480, 23.976)),
          LOW: external('proxy/walk.mp4'),
        },
        active_media_reference_key: 'HIGH',
      },
      transition('SMPTE_Dissolve', 6, 6, 23.976),
      clip1('takes/run.mov', range(100, 72, 23.976), {
        effects: [{ OTIO_SCHEMA: 'LinearTimeWarp.1', time_scalar: 2, effect_name: '' }],
      }),
      gap(24, 23.976),
      clip1('stills/end.png', range(0, 24, 23.976)),
    ]),
    track('Audio', [clip1('sound/steps.wav', range(48_000, 96_000, 48_000))]),
  ),
  lost: timeline(
    track('Video', [
      clip1('a.mp4', range(0, 24), { markers: [{ OTIO_SCHEMA: 'Marker.2', name: 'look' }] }),
      clip1('b.mp4', range(0, 24), { effects: [{ OTIO_SCHEMA: 'FreezeFrame.1', time_scalar: 0 }] }),
      clip1('', range(0, 24), { media_reference: { OTIO_SCHEMA: 'MissingReference.1' } }),
      transition('Custom_Transition', 0, 12),
      clip1('c.mp4', range(48, 24), { oddity: 1 }),
      gap(12),
    ]),
  ),
  nested: timeline(
    track('Video', [
      clip1('intro.mp4', range(0, 25, 25)),
      {
        OTIO_SCHEMA: 'Stack.1',
        source_range: range(10, 20, 25),
        children: [
          track('Video', [clip1('x.mp4', range(0, 20, 25)), clip1('y.mp4', range(50, 20, 25))]),
          track('Audio', [clip1('x.wav', range(0, 100, 25))]),
        ],
      },
      clip1('outro.mp4', range(0, 25, 25)),
    ]),
  ),
};

/** Shotstack edits. */
export const SHOTSTACK = {
  slideshow: {
    timeline: {
      background: '#112233',
      soundtrack: { src: 'music/morning.mp3', effect: 'fadeInFadeOut', volume: 0.5 },
      tracks: [
        {
          clips: [
            {
              asset: { type: 'text', text: 'Hi {{ NAME }}', font: { family: 'Open Sans', size: 36, color: '#ff0000' } },
              start: 1,
              length: 'end',
              position: 'bottom',
              offset: { y: 0.1 },
            },
          ],
        },
        {
          clips: [
            {
              alias: 'walk',
              asset: { type: 'video', src: 'walk.mp4', trim: 2, volume: 0 },
              start: 0,
              length: 5,
              transition: { in: 'fadeSlow', out: 'slideLeftFast' },
              effect: 'zoomIn',
              filter: 'greyscale',
            },
            { asset: { type: 'html', html: '<p>' }, start: 'auto', length: 3 },
            {
              asset: { type: 'image', src: 'hill.png' },
              start: 'auto',
              length: 'alias://walk',
              scale: 0.5,
              fit: 'contain',
              position: 'topRight',
              glow: 1,
            },
          ],
        },
      ],
    },
    output: { format: 'gif', resolution: 'sd', fps: 23.976, repeat: false },
    merge: [{ find: 'NAME', replace: 'Ann' }],
    callback: 'https://hooks.example.com/done',
  },
  moving: {
    timeline: {
      tracks: [
        {
          clips: [
            {
              asset: {
                type: 'shape',
                shape: 'circle',
                circle: { radius: 90 },
                fill: { color: '#00ff00', opacity: 0.5 },
                stroke: { color: 'white', width: 3 },
              },
              start: 0,
              length: 4,
              position: 'left',
              offset: { x: [{ from: 0, to: 0.5, start: 1, length: 2, interpolation: 'linear' }] },
              transform: { rotate: { angle: 45 }, skew: { x: 0.5 }, flip: { horizontal: true } },
            },
          ],
        },
        {
          clips: [
            { asset: { type: 'caption', src: 'talk.srt', font: { size: 24 } }, start: 0, length: 4 },
            { asset: { type: 'luma', src: 'm.mp4' }, start: 0, length: 2 },
          ],
        },
        {
          clips: [
            {
              asset: {
                type: 'video',
                src: 'green.mp4',
                speed: 8,
                crop: { left: 0.1, right: 0.2 },
                chromaKey: { color: '#00b140', threshold: 50, halo: 25 },
                volumeEffect: 'fadeOut',
              },
              start: 0,
              length: 4,
              opacity: 0.5,
              fit: 'cover',
            },
          ],
        },
      ],
    },
    output: {
      format: 'mp4',
      size: { width: 721, height: 720 },
      quality: 'high',
      range: { start: 1, length: 2 },
      poster: { capture: 1 },
      mute: true,
    },
  },
  overlapping: {
    timeline: {
      cache: false,
      fonts: [{ src: 'https://fonts.example.com/a.ttf' }],
      tracks: [
        {
          clips: [
            { asset: { type: 'image', src: 'a.png' }, start: 0, length: 4 },
            { asset: { type: 'image', src: 'b.png' }, start: 3, length: 4 },
            { asset: { type: 'audio', src: 'c.mp3', volume: 0.1 }, start: 4, length: 2 },
            { asset: { type: 'video', src: 'd.mp4' }, start: 'auto', length: 'auto' },
          ],
        },
      ],
    },
    output: { format: 'mp3', resolution: 'hd', aspectRatio: '9:16' },
  },
};

/** editly specs, in JSON5. */
export const EDITLY = {
  trip: `{ // a trip
    outPath: './trip.mp4', width: 1280, height: 720, fps: 25, verbose: true,
    keepSourceAudio: true, audioFilePath: 'sound/hum.mp3', loopAudio: true, backgroundAudioVolume: 0.5,
    defaults: { duration: 3, transition: { name: 'directional-left', duration: 0.5 }, layer: { fontPath: 'fonts/Round.ttf' } },
    clips: [
      { layers: [{ type: 'video', path: 'shore.mp4', cutFrom: 2, cutTo: 6, resizeMode: 'cover' }, { type: 'title', text: 'Shore', position: 'top-left', start: 0.5, stop: 2 }] },
      { duration: 2, transition: null, layers: [{ type: 'video', path: 'boat.mp4', cutFrom: 0, cutTo: 4, mixVolume: 0 }, { type: 'gl', fragmentPath: 'rain.frag' }] },
      { layers: { type: 'video', path: 'gull.mp4' } },
    ],
  }`,
  chance: `{ outPath: 'out.gif', fast: true, customOutputArgs: ['-crf', '18'], audioNorm: { enable: true },
    clips: [
      { duration: 4, layers: [{ type: 'fill-color' }] },
      { duration: 1, layers: [{ type: 'linear-gradient', colors: ['#02aab0', 'teal'] }, { type: 'subtitle', text: 'Ahoy' }] },
    ] }`,
  sounds: `{ width: 640, height: 640, fps: 30, outPath: 'x.mp4', outputVolume: '-6dB', defaults: { transition: null },
    audioTracks: [{ path: 'voice.mp3', cutFrom: 1, cutTo: 3, start: 0.5, mixVolume: 2 }, { path: 'hum.mp3' }],
    clips: [
      { duration: 3, layers: [{ type: 'image', path: 'a.jpg', zoomDirection: 'out', zoomAmount: 0.3 }, { type: 'image-overlay', path: 'logo.png', position: 'center', width: 0.2 }] },
      { duration: 2, layers: [{ type: 'image', path: 'b.jpg', zoomDirection: null }, { type: 'detached-audio', path: 'bell.wav', start: 0.25 }] },
    ] }`,
};

/** JSON2Video movies. */
export const JSON2VIDEO = {
  story: {
    comment: 'a story',
    resolution: 'instagram-story',
    quality: 'high',
    fps: 30,
    variables: { who: 'Mira', len: 4 },
    scenes: [
      {
        duration: '{{len}}',
        'background-color': '#204060',
        elements: [
          { type: 'image', src: 'roof.jpg', resize: 'cover', zoom: 2 },
          {
            type: 'text',
            text: 'Hello {{who}}',
            settings: { 'font-size': '6vw', 'font-color': '#fff', 'vertical-position': 'top', 'font-family': 'Oswald' },
            start: 1,
            'fade-in': 0.5,
          },
        ],
      },
      {
        elements: [
          { type: 'video', src: 'yard.mp4', muted: true, resize: 'cover' },
          { type: 'html', html: '<b>' },
        ],
      },
    ],
    elements: [
      { type: 'audio', src: 'tune.mp3', duration: -2, volume: 0.5, 'fade-out': 3 },
      {
        type: 'subtitles',
        captions: 'talk.srt',
        language: 'en',
        settings: { style: 'boxed-word', 'word-color': '#B185A7', 'box-color': '#0E7C66', 'max-words-per-line': 4 },
      },
    ],
  },
  places: {
    resolution: 'custom',
    width: 800,
    height: 600,
    scenes: [
      {
        elements: [
          {
            type: 'image',
            src: 'a.png',
            duration: 3,
            x: 80,
            y: 60,
            width: 400,
            height: 300,
            'flip-horizontal': true,
            rotate: { angle: 90, speed: 1 },
          },
          {
            type: 'image',
            src: 'b.png',
            duration: 2,
            start: 1,
            position: 'bottom-right',
            width: 80,
            resize: 'fit',
            pan: 'left',
            mask: 'm.png',
            'z-index': -1,
          },
        ],
      },
      {
        transition: { style: 'fade', duration: 1 },
        duration: 3,
        elements: [
          {
            type: 'video',
            src: 'c.mp4',
            seek: 5,
            loop: -1,
            resize: 'cover',
            'chroma-key': { color: '#00b140', tolerance: 30 },
          },
        ],
      },
    ],
  },
  templated: {
    scenes: [
      { condition: '', duration: 3, elements: [{ type: 'text', text: 'never' }] },
      {
        condition: '{{show}} == 1',
        duration: 2,
        elements: [
          { type: 'text', text: '{{title}}', style: '003' },
          { type: 'voice', text: 'hello' },
        ],
      },
    ],
    exports: [{ destinations: [] }],
  },
};
