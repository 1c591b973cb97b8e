/** The parameter of `POST /videos` that each field of the spec is made of. The first match counts. */
const NAMES: readonly (readonly [RegExp, string])[] = [
  [/^spec\.montage\.materials\[(\d+)\].*$/, 'video_materials[$1].url'],
  [/^spec\.montage\.materials$/, 'video_materials'],
  [/^spec\.montage\.longest_clip$/, 'video_clip_duration'],
  [/^spec\.montage\.variants$/, 'video_count'],
  [/^spec\.montage\.clip_speed$/, 'video_clip_speed'],
  [/^spec\.montage\.transition.*$/, 'video_transition_mode'],
  [/^spec\.montage\.narration\.gain_db$/, 'voice_volume'],
  [/^spec\.montage\.narration.*$/, 'custom_audio_file'],
  [/^spec\.montage\.music\.gain_db$/, 'bgm_volume'],
  [/^spec\.montage\.music.*$/, 'bgm_file'],
  [/^spec\.montage\.subtitles\.cues\.cues(\[\d+\].*)$/, 'subtitle_cues$1'],
  [/^spec\.montage\.subtitles\.cues.*$/, 'subtitle_cues'],
  [/^spec\.montage\.subtitles\.style\.font$/, 'font_name'],
  [/^spec\.montage\.subtitles\.style\.font_size$/, 'font_size'],
  [/^spec\.montage\.subtitles\.style\.text_color$/, 'text_fore_color'],
  [/^spec\.montage\.subtitles\.style\.outline_color$/, 'stroke_color'],
  [/^spec\.montage\.subtitles\.style\.outline_width$/, 'stroke_width'],
  [/^spec\.montage\.subtitles\.style\.box_color$/, 'text_background_color'],
  [/^spec\.montage\.subtitles\.style\.height_percent$/, 'custom_position'],
  [/^spec\.montage\.subtitles.*$/, 'subtitle_file'],
  [/^labels.*$/, 'video_subject'],
];

/** The parameter that a field of the spec was made of; a field outside the spec stays as it is. */
export function toParameter(field: string): string {
  const found = NAMES.find(([pattern]) => pattern.test(field));
  return found ? field.replace(...found) : field;
}
