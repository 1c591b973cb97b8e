import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { BYTES_PER_SAMPLE } from './pcm.js';
import type { TimedSamples } from './find-gaps.js';

/** ffmpeg's muxer that lists packets: stream, decoding time, presentation time, duration, bytes, checksum. */
export const LIST_FORMAT = 'framecrc';

const PACKET = /^\s*\d+,\s*-?\d+,\s*(-?\d+),\s*\d+,\s*(\d+),/;

/** A packet of such a list of 48 kHz PCM; null for other lines. */
export function parsePacketLine(line: string): TimedSamples | null {
  const match = PACKET.exec(line);
  return match ? { atSample: Number(match[1]), samples: Number(match[2]) / BYTES_PER_SAMPLE } : null;
}

/** Reads a list file; packets that follow each other without a pause are put together. @throws the reason of `signal` when it fires. */
export async function readPacketList(file: string, signal: AbortSignal): Promise<TimedSamples[]> {
  const packets: TimedSamples[] = [];
  const stream = createReadStream(file, { encoding: 'latin1', signal });
  for await (const line of createInterface({ input: stream, crlfDelay: Infinity })) {
    const packet = parsePacketLine(line);
    const last = packets.at(-1);
    if (packet && last && packet.atSample === last.atSample + last.samples) {
      packets[packets.length - 1] = { atSample: last.atSample, samples: last.samples + packet.samples };
    } else if (packet) packets.push(packet);
  }
  signal.throwIfAborted();
  return packets;
}
