import type { Cue } from '../../../composition/captions.js';
import { MAX_PROBE_BYTES } from '../../limits.js';
import type { ProbeJson, ProbeStream } from '../../probe/probe-json.js';
import { runTool, type ToolContext } from '../../process/run-tool.js';
import { unequal } from '../checks/read-back.js';
import type { PlannedContent, SubtitleCoding } from '../output-profile.js';

/** The streams of pictures and sound, and the codecs of those of text. */
export function withoutTexts(json: ProbeJson): {
  readonly json: ProbeJson;
  readonly texts: readonly (string | undefined)[];
} {
  const isText = ({ codec_type: type }: ProbeStream) => type === 'subtitle';
  const streams = json.streams ?? [];
  const texts = streams.filter(isText).map(({ codec_name: codec }) => codec);
  return { json: { ...json, streams: streams.filter((one) => !isText(one)) }, texts };
}

interface PlannedText {
  /** The codecs of the tracks of text that there are, by ffmpeg's names. */
  readonly texts: readonly (string | undefined)[];
  readonly plan: Pick<PlannedContent, 'subtitles'>;
  readonly coding: SubtitleCoding | null;
}

/** Differences between the text of a file and its plan: each cue is read back, with its times. */
export async function faultsOfText(
  context: ToolContext,
  file: string,
  { texts, plan, coding }: PlannedText,
): Promise<string[]> {
  const count = plan.subtitles && coding ? 1 : 0;
  if (texts.length !== count) return [`it has ${texts.length} tracks of text instead of ${count}`];
  if (!plan.subtitles || !coding) return [];
  const planned = coding.prepare(plan.subtitles.cues);
  const wrong = unequal([['codec of its text', texts[0], coding.codec]]);
  const cues = await readCues(context, file, coding);
  if (!isSame(cues, planned, coding))
    wrong.push(`its ${cues.length} cues are not the ${planned.length} that were planned`);
  return wrong;
}

/** By the packets, byte for byte: as text ffmpeg gives them out changed. Empty ones stand for the time between cues. */
async function readCues(context: ToolContext, file: string, { headBytes }: SubtitleCoding): Promise<readonly Cue[]> {
  const input = ['-v', 'level+error', `file:${file}`];
  const entries = ['-select_streams', 's:0', '-show_entries', 'packet=pts_time,duration_time,size', '-of', 'csv=p=0'];
  const list = await runTool(context, 'ffprobe', [...entries, ...input], { maxStdoutBytes: MAX_PROBE_BYTES });
  const source = ['-nostdin', '-hide_banner', '-v', 'level+error', '-i', `file:${file}`];
  const copy = [...source, '-map', '0:s:0', '-c', 'copy', '-f', 'data', '-'];
  const bytes = await runTool(context, 'ffmpeg', copy, { maxStdoutBytes: MAX_PROBE_BYTES });
  if (list.exitCode !== 0 || bytes.exitCode !== 0) return [];
  let at = 0;
  return list.stdout
    .toString('utf8')
    .split('\n')
    .flatMap((line): Cue[] => {
      const [start = NaN, duration = NaN, size = 0] = line.split(',').map(Number);
      const text = bytes.stdout.toString('utf8', at + headBytes, at + size);
      at += size;
      return text === '' ? [] : [{ startUs: start * 1e6, endUs: (start + duration) * 1e6, text }];
    });
}

function isSame(cues: readonly Cue[], planned: readonly Cue[], { stored, slackUs }: SubtitleCoding): boolean {
  return (
    cues.length === planned.length &&
    cues.every(({ startUs, endUs, text }, i) => {
      const wanted = planned[i];
      return (
        wanted !== undefined &&
        Math.abs(startUs - wanted.startUs) <= slackUs &&
        Math.abs(endUs - wanted.endUs) <= slackUs &&
        lettersOf(text) === lettersOf(stored(wanted.text))
      );
    })
  );
}

/** Marks may have been changed. */
function lettersOf(text: string): string {
  return text.replace(/[^\p{L}\p{N}]/gu, '');
}
