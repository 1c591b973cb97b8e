import { decodeText } from '../../composition/subtitles/decode-text.js';
import { highlightedWords } from '../../composition/subtitles/highlighted-words.js';
import { parseSubtitles } from '../../composition/subtitles/parse-subtitles.js';
import { SubtitleSyntaxError } from '../../composition/subtitles/subtitle-text.js';
import type { Warning } from '../../composition/warning.js';
import { toAssDocument } from '../captions/ass-document.js';
import { captionDocument } from '../captions/caption-document.js';
import { openRuler } from '../captions/text-ruler.js';
import { guessEncoding } from './guess-encoding.js';
import { CubeError, parseCube } from './parse-cube.js';
import { packCues, unpackCues } from './packed-cues.js';
import type { TextJob, TextResult } from './text-job.js';

/** Does a job, without regard to how long it takes. */
export async function performTextJob(job: TextJob): Promise<TextResult> {
  switch (job.kind) {
    case 'parse':
      return parse(job.bytes, job.field);
    case 'parse-cube':
      return readCube(job.bytes);
    case 'lay-out': {
      const { layer, canvas, fonts, maxWords } = job;
      const cues = unpackCues(job.cues);
      const words = layer.style.highlight ? highlightedWords(cues, maxWords) : 0;
      if (words > maxWords) return { kind: 'too-many-words' };
      const ruler = fonts.ruler === null ? null : await openRuler(fonts.ruler);
      const { text, shrunk } = toAssDocument({ ...layer, cues }, { ...canvas, fonts: { font: fonts.font, ruler } });
      return { kind: 'laid-out', document: captionDocument(text), shrunk, words };
    }
  }
}

function parse(bytes: Uint8Array, field: string): TextResult {
  try {
    const { text, assumed } = decodeText(bytes, guessEncoding);
    const { cues, warnings } = parseSubtitles(text, field);
    const all = [...(assumed === null ? [] : [assumedWarning(assumed, field)]), ...warnings];
    return { kind: 'parsed', cues: packCues(cues), warnings: all };
  } catch (error) {
    if (error instanceof SubtitleSyntaxError) return { kind: 'refused', message: error.message };
    throw error;
  }
}

function readCube(bytes: Uint8Array): TextResult {
  try {
    // Its keywords and numbers are ASCII; a title may be anything.
    return { kind: 'cube', content: Buffer.from(parseCube(new TextDecoder('latin1').decode(bytes))) };
  } catch (error) {
    if (!(error instanceof CubeError)) throw error;
    return { kind: 'cube-refused', message: error.message, isDamaged: error.isDamaged };
  }
}

function assumedWarning(encoding: string, field: string): Warning {
  const message = `this file is not text in UTF-8; it was read as ${encoding}. Convert it to UTF-8 if the captions are wrong`;
  return { code: 'SUBTITLE_ENCODING_ASSUMED', message, field, count: 1 };
}
