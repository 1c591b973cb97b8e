/** The most pixels of one frame: ten thousand squared. A PNG of one megabyte can decode to a gigabyte. */
export const MAX_PIXELS = 100_000_000;

/** The most bytes that ffmpeg may take at once: a frame of the most pixels at 16 bits with alpha, and padding. */
export const MAX_ALLOC_BYTES = 1024 ** 3;

/** The most bytes of a subtitle file; `montage.proto` says so. */
export const MAX_SUBTITLE_BYTES = 4 * 1024 * 1024;

/** The most bytes of a `.cube` file: one of 65 points has 7 MB. */
export const MAX_LUT_BYTES = 8 * 1024 * 1024;

/** The most bytes read of ffprobe's output: 600 s at 240 frames a second are 15 MB. */
export const MAX_PROBE_BYTES = 64 * 1024 * 1024;

/** From this share of damaged frames or damaged sound on an input is refused: it is more than a glitch. `docs/media.md` says so. */
export const MAX_DAMAGED_SHARE = 0.1;

/** The longest audio that is measured; longer than any video may be. */
export const MAX_AUDIO_SECONDS = 4 * 3600 + 60;

/**
 * The containers that videos and audio may have. Left out: containers that refer to other files or hosts (HLS, DASH, concat, SDP, image sequences),
 * draws text or vectors, or is a device.
 */
const CONTAINERS = [
  'mov',
  'matroska',
  'avi',
  'mpegts',
  'mpeg',
  'mpegvideo',
  'flv',
  'asf',
  'ogg',
  'mxf',
  'ivf',
  'h264',
  'hevc',
  'm4v',
  'obu',
  'rm',
  'nut',
  'dv',
  'wav',
  'w64',
  'mp3',
  'aac',
  'flac',
  'aiff',
  'caf',
  'amr',
  'ac3',
  'eac3',
  'dts',
  'ape',
  'wv',
  'tta',
  'au',
  'mpc',
  'mpc8',
  // Images as the reader of images has written them.
  'png_pipe',
];

/** Images of plain pixels, which ffmpeg turns into PNGs for the reader of images. */
const SIMPLE_IMAGES = ['bmp_pipe', 'qoi_pipe', 'ppm_pipe', 'pgm_pipe', 'pbm_pipe', 'pam_pipe'];

/** Options with which every input is opened, by ffmpeg and ffprobe alike: one local file and nothing that it may refer to. */
export const INPUT_GUARDS = guards(CONTAINERS);

/** The same for images of plain pixels. */
export const SIMPLE_IMAGE_GUARDS = guards(SIMPLE_IMAGES);

function guards(containers: readonly string[]): readonly string[] {
  const only = ['-protocol_whitelist', 'file,pipe', '-format_whitelist', containers.join(',')];
  return [...only, '-max_pixels', String(MAX_PIXELS)];
}
