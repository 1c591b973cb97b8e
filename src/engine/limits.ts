/** The most pixels of one picture: ten thousand squared. A PNG of a megabyte can be a picture of a gigabyte. */
export const MAX_PIXELS = 100_000_000;

/** The most bytes of a subtitle file; `montage.proto` says so. */
export const MAX_SUBTITLE_BYTES = 4 * 1024 * 1024;

/** The most of what ffprobe prints that is read: 600 s at 240 frames a second are 15 MB. */
export const MAX_PROBE_BYTES = 64 * 1024 * 1024;

/** The longest sound that is measured; longer than any video may be. */
export const MAX_AUDIO_SECONDS = 4 * 3600 + 60;

/**
 * The containers that videos and audio may be. Not in it: whatever refers to other files or hosts (HLS, DASH, concat, SDP, image sequences),
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
