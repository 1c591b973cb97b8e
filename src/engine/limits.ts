/** The most pixels of one picture: ten thousand squared. A PNG of a megabyte can be a picture of a gigabyte. */
export const MAX_PIXELS = 100_000_000;

/** The most bytes of a subtitle file; `montage.proto` says so. */
export const MAX_SUBTITLE_BYTES = 4 * 1024 * 1024;

/** The most of what ffprobe prints that is read: 600 s at 240 frames a second are 15 MB. */
export const MAX_PROBE_BYTES = 64 * 1024 * 1024;

/** The longest sound that is measured; longer than any video may be. */
export const MAX_AUDIO_SECONDS = 4 * 3600 + 60;

/**
 * The containers that inputs may be. Not in it: whatever refers to other files or hosts (HLS, DASH, concat, SDP, image sequences),
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
  'gif',
  'apng',
  'png_pipe',
  'jpeg_pipe',
  'webp_pipe',
  'bmp_pipe',
  'tiff_pipe',
  'jpegxl_pipe',
  'j2k_pipe',
  'qoi_pipe',
  'ppm_pipe',
  'pgm_pipe',
  'pbm_pipe',
  'pam_pipe',
];

/** Options with which every input is opened, by ffmpeg and ffprobe alike: one local file and nothing that it may refer to. */
export const INPUT_GUARDS: readonly string[] = [
  '-protocol_whitelist',
  'file,pipe',
  '-format_whitelist',
  CONTAINERS.join(','),
  '-max_pixels',
  String(MAX_PIXELS),
];
