import { INPUT_GUARDS, MAX_ALLOC_BYTES, MAX_PROBE_BYTES } from '../../limits.js';
import { inTurns } from '../../../shared/in-turns.js';
import { runTool, type ToolContext } from '../../process/run-tool.js';
import { checksumOptions } from '../decode-arguments.js';
import type { AudioStream } from '../audio-streams.js';

/** A packet of a file, and how much sound came of it. */
export interface HeardPacket {
  /** In seconds; null where the container does not say it. */
  readonly at: number | null;
  readonly seconds: number;
  readonly bytes: number;
  /** Where it begins in the file; null: ffprobe does not know. */
  readonly position: number | null;
  /** Samples that were decoded, at the rate of the file. */
  readonly samples: number;
  /** The file itself asks for it not to be heard. */
  readonly isHidden: boolean;
}

export interface HeardStream {
  readonly packets: readonly HeardPacket[];
  /** Samples a second. */
  readonly rate: number;
}

interface HeardOrder {
  readonly file: string;
  readonly field: string;
  readonly stream: AudioStream;
  /** How much of the file is read; null: all. */
  readonly seconds: number | null;
}

const ENTRIES = 'packet=pts_time,duration_time,size,pos,flags:frame=nb_samples';

/** Reads every packet of a stream of audio, and decodes it: ffprobe tells them in turns, so that it shows of which packet no sound came. @throws as `runTool`. */
export async function hearPackets(context: ToolContext, order: HeardOrder): Promise<HeardStream> {
  const { file, field, stream, seconds } = order;
  const args = [
    ...['-v', 'quiet', '-threads', '1', '-max_alloc', String(MAX_ALLOC_BYTES), ...INPUT_GUARDS],
    ...checksumOptions(stream),
    ...['-select_streams', String(stream.index), '-show_packets', '-show_frames', '-show_entries', ENTRIES],
    ...(seconds === null ? [] : ['-read_intervals', `%+${seconds.toFixed(3)}`]),
    ...['-of', 'compact=nokey=1', `file:${file}`],
  ];
  // What does not fit is left out: then the damage is told of the part before.
  const { stdout } = await runTool(context, 'ffprobe', args, { field, maxStdoutBytes: MAX_PROBE_BYTES });
  return { packets: await parseHeardPackets(stdout.toString('latin1')), rate: stream.rate };
}

/** Reads ffprobe's lines, of which a file of hours has a million; a last line that is cut is no packet. */
export async function parseHeardPackets(text: string): Promise<HeardPacket[]> {
  const packets: HeardPacket[] = [];
  for await (const line of inTurns(wholeLines(text))) {
    const [section, ...values] = line.split('|');
    const last = packets.at(-1);
    if (section === 'packet') packets.push(packetOf(values));
    else if (section === 'frame' && last) {
      packets[packets.length - 1] = { ...last, samples: last.samples + (Number(values[0]) || 0) };
    }
  }
  return packets;
}

function* wholeLines(text: string): Generator<string, void, undefined> {
  let from = 0;
  for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
    yield text.slice(from, to);
    from = to + 1;
  }
}

function packetOf([at, seconds, bytes, position, flags]: readonly string[]): HeardPacket {
  return {
    at: numberOf(at),
    seconds: numberOf(seconds) ?? 0,
    bytes: numberOf(bytes) ?? 0,
    position: numberOf(position),
    samples: 0,
    isHidden: flags?.includes('D') === true,
  };
}

/** ffprobe writes N/A for what it does not know. */
function numberOf(text: string | undefined): number | null {
  const value = Number(text);
  return text === undefined || text === '' || !Number.isFinite(value) ? null : value;
}
