import type { Source } from '../reader.js';

/** The kind of an object, without its version: `Clip` of `Clip.2`. Its notes are passed over; markers are reported. */
export function kindOf(source: Source): string {
  source.ignore('metadata', 'name', 'color');
  for (const marker of source.objects('markers')) marker.leaveOut('has no counterpart; it is left out');
  return /^(\w+)\./.exec(source.text('OTIO_SCHEMA') ?? '')?.[1] ?? '';
}
