/** The kinds of ffmpeg's `xfade`, by its names, as far as every supported version has them. */
export const TRANSITION_KINDS = [
  ...[
    'fade',
    'fadeblack',
    'fadewhite',
    'fadegrays',
    'fadefast',
    'fadeslow',
    'dissolve',
    'pixelize',
    'distance',
    'hblur',
  ],
  ...['wipeleft', 'wiperight', 'wipeup', 'wipedown', 'wipetl', 'wipetr', 'wipebl', 'wipebr'],
  ...['slideleft', 'slideright', 'slideup', 'slidedown', 'smoothleft', 'smoothright', 'smoothup', 'smoothdown'],
  ...['circlecrop', 'circleopen', 'circleclose', 'rectcrop', 'radial', 'zoomin', 'squeezeh', 'squeezev'],
  ...['vertopen', 'vertclose', 'horzopen', 'horzclose', 'diagtl', 'diagtr', 'diagbl', 'diagbr'],
  ...['hlslice', 'hrslice', 'vuslice', 'vdslice'],
] as const;
