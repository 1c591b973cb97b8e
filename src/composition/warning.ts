/** Every warning, with its meaning as the README tells it. The names are stable: callers match on them. */
export const WARNINGS = {
  CAPTION_GLYPHS_MISSING: 'no font has some characters of the captions or texts; they are drawn as boxes',
  CUE_AFTER_END: 'cues start after the end of the video and are not shown',
  CUE_CUT_AT_END: 'cues last past the end of the video and are cut there',
  SUBTITLES_SKIPPED: 'parts of the subtitle file cannot be read and are left out; the message names the first line',
  SUBTITLE_STYLING_IGNORED: 'styling in the subtitle file is ignored; `subtitles.style` decides how captions look',
  SUBTITLE_ENCODING_ASSUMED: 'the subtitle file is not in UTF-8; the message names the encoding that was assumed',
  CAPTIONS_SHRUNK: 'captions are too tall for the frame and are drawn smaller',
  INPUT_DAMAGED: 'some frames of a video or parts of sound are damaged; above a tenth of them the render fails',
  NARRATION_SHORTER_THAN_CLAIMED:
    'a narration has less audio than its header claims; the video is as long as the audio',
  LOUDNESS_NOT_REACHED:
    'the soundtrack is silent, or its peaks do not allow the loudness that is asked for; the message has the one it has',
  HARDWARE_ENCODER_FAILED:
    'the hardware encoder of the server failed; the videos are encoded by software, and the message names the fault',
  CLIP_AFTER_END: 'a clip starts after the end of the video and is not shown',
  SOURCE_HELD: 'a video is shorter than its clip; its last frame stands until the end of the clip',
  FONT_REPLACED: 'clients of MoneyPrinterTurbo: the server does not have the font; Noto fonts are used',
  MUSIC_NOT_FOUND: 'clients of MoneyPrinterTurbo: there is no music to choose from; the video has none',
  PARAMETER_ADJUSTED:
    'clients of MoneyPrinterTurbo: a value is out of range or does not go with another; the message names the value that is used',
  PARAMETER_IGNORED: 'clients of MoneyPrinterTurbo: the parameter has no effect here',
  PARAMETER_UNKNOWN: 'clients of MoneyPrinterTurbo: the parameter is not known',
  SUBTITLES_MISSING: 'clients of MoneyPrinterTurbo: no subtitles are made of speech; the video has none',
} as const;

export type WarningCode = keyof typeof WARNINGS;

/** A remark that does not stop a render. */
export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
  /** Path of the request's field it is about; empty when none is. */
  readonly field: string;
  /** How often it occurred, at least 1. */
  readonly count: number;
}
