import type { Rational } from '../../../composition/frame-grid.js';
import type { Size } from '../../../composition/output-spec.js';
import type { BitRates } from './bit-rates.js';

/** The pictures of a stream in one size. */
export interface Variant extends Size, BitRates {
  readonly playlist: string;
  /** By RFC 6381. */
  readonly codec: string;
}

/** The sound of a stream, which goes with each size of its pictures. */
export interface Sound extends BitRates {
  readonly playlist: string;
  readonly codec: string;
}

/** The text of a stream. */
export interface Text {
  readonly playlist: string;
  /** A tag of BCP 47; empty: not known. */
  readonly language: string;
}

/** The playlist that names all others (RFC 8216, 4.3.4). A player without better knowledge begins with the first variant. */
export function printMultivariantPlaylist(stream: {
  readonly variants: readonly Variant[];
  readonly sound: Sound;
  /** Null: none. */
  readonly text: Text | null;
  readonly frameRate: Rational;
}): string {
  const { variants, sound, text } = stream;
  const { num, den } = stream.frameRate;
  return [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",URI="${sound.playlist}"`,
    ...(text ? [printText(text)] : []),
    ...variants.flatMap(({ playlist, width, height, codec, peak, average }) => [
      '#EXT-X-STREAM-INF:' +
        [
          `BANDWIDTH=${peak + sound.peak}`,
          `AVERAGE-BANDWIDTH=${average + sound.average}`,
          `CODECS="${codec},${sound.codec}"`,
          `RESOLUTION=${width}x${height}`,
          `FRAME-RATE=${(num / den).toFixed(3)}`,
          'AUDIO="audio"',
          ...(text ? ['SUBTITLES="text"'] : []),
        ].join(','),
      playlist,
    ]),
    '',
  ].join('\n');
}

/** Not shown until a viewer, or the settings of a player, ask for it. */
function printText({ playlist, language }: Text): string {
  const name = language === '' ? 'Subtitles' : (LANGUAGES.of(language) ?? language);
  const tag = language === '' ? '' : `LANGUAGE="${language}",`;
  return `#EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID="text",NAME="${name}",DEFAULT=NO,AUTOSELECT=YES,FORCED=NO,${tag}URI="${playlist}"`;
}

const LANGUAGES = new Intl.DisplayNames(['en'], { type: 'language' });
