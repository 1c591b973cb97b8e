import { inTurns } from '../../../shared/in-turns.js';
import type { LossMeasure } from '../container-time.js';
import type { HeardPacket, HeardStream } from './heard-packets.js';

/** A place of a file whose sound cannot be decoded. */
export interface LostSound {
  /** How much sound was decoded before it, in seconds. */
  readonly heardBefore: number;
  /** How much is missing, in seconds. */
  readonly seconds: number;
  /** From the start of the audio, in seconds. */
  readonly at: number;
}

export interface LostSoundQuestion {
  readonly heard: HeardStream;
  /** What says how long a packet without sound would have been. */
  readonly measure: LossMeasure;
  /** Packets that the decoder refused. */
  readonly refusedPackets: number;
  /** Whether the container could not be read everywhere; what is between its packets may be lost then. */
  readonly isContainerBroken: boolean;
  /** How much sound the file says it has, in seconds; null: it does not say it exactly. */
  readonly claimed: number | null;
  /** Whether bytes here are no sound by their own account: tags, and headers of a file that was joined. */
  readonly isForeign: (position: number) => Promise<boolean>;
  /** Where frames go on behind a place, given one that is whole; null: they do not. Itself null: the positions of packets are right anyway. */
  readonly resumesAt: ((whole: number, from: number) => Promise<number | null>) | null;
  /** Where the file ends. */
  readonly fileBytes: number;
}

/** Half a second: files that were cut begin and end within a packet. */
const LEAST_AT_EDGE = 0.5;
/** 30 ms: what comes later than this after the packet before it leaves a pause. */
const LEAST_PAUSE = 0.03;
/** 1 ms: FLAC counts its samples. */
const ROUNDING = 0.001;

/** A run of packets without sound, or none, between two with sound, or between one and an end of the file. */
interface Between {
  readonly before: HeardPacket | null;
  readonly after: HeardPacket | null;
  readonly lost: readonly HeardPacket[];
  /** In seconds. */
  readonly heardBefore: number;
  /** Where the one before ends, by the times of the file; null: they do not say it. */
  readonly end: number | null;
  /** Bytes just before the one after that are in no packet. */
  readonly skippedBytes: number;
  /** The same, and of the page before: a packet of Ogg has the position of its page, or of the next. */
  readonly skippedNearby: number;
}

/**
 * Finds the places of which no sound came, and how much each would have had: by the times of the packets around it, else by its bytes.
 * Nothing is said of what is no damage for sure: ends of files that were cut, tags, pauses without data, and codecs of which not every packet gives sound.
 */
export async function findLostSound(question: LostSoundQuestion): Promise<LostSound[]> {
  const { heard, refusedPackets } = question;
  let silent = 0;
  for await (const { before, after, lost } of inTurns(betweens(heard)))
    if (before !== null && after !== null) silent += lost.length;
  if (silent > refusedPackets * 1.25 + 2) return [];
  const pace = { bytesPerSecond: bytesPerSecond(heard, question.measure) };
  const found: LostSound[] = [];
  let missing = 0;
  let drift = 0;
  for await (const place of inTurns(betweens(heard))) {
    const uncounted = await uncountedBytes(place, drift, question);
    drift += uncounted;
    const between = { ...place, skippedBytes: place.skippedBytes + uncounted };
    const reached = reachedBy(between, question, missing);
    const seconds = await lostSeconds(between, question, { ...pace, reached });
    if (seconds <= 0) continue;
    found.push({ heardBefore: between.heardBefore, seconds, at: reached });
    missing += seconds;
  }
  return found;
}

/** Bytes that were skipped at a place, and that the positions of packets do not count. */
async function uncountedBytes(
  { before, after, lost }: Between,
  drift: number,
  { resumesAt }: LostSoundQuestion,
): Promise<number> {
  const from = lost[0]?.position ?? null;
  if (resumesAt === null || before?.position == null || after === null || from === null) return 0;
  const to = await resumesAt(before.position + drift, from + drift);
  return to === null ? 0 : Math.max(0, to - from - drift - lost.reduce((sum, { bytes }) => sum + bytes, 0));
}

/** How far the sound has come at a place, in seconds. */
function reachedBy({ end, heardBefore }: Between, { heard, measure }: LostSoundQuestion, missing: number): number {
  const start = heard.packets[0]?.at ?? null;
  return measure !== 'TIMES' || end === null || start === null ? heardBefore + missing : end - start;
}

interface Pace {
  readonly bytesPerSecond: number;
  /** How far the sound has come before. */
  readonly reached: number;
}

function bytesPerSecond({ packets, rate }: HeardStream, measure: LossMeasure): number {
  // A packet without a time is FLAC that is merged with what is damaged.
  const whole = packets.filter(({ samples, at }) => samples > 0 && (measure !== 'TIMES' || at !== null));
  const samples = whole.reduce((sum, packet) => sum + packet.samples, 0);
  return samples === 0 ? Infinity : (whole.reduce((sum, { bytes }) => sum + bytes, 0) / samples) * rate;
}

function* betweens({ packets, rate }: HeardStream): Generator<Between, void, undefined> {
  const skipped = skippedBytesBefore(packets);
  let before: HeardPacket | null = null;
  let end: number | null = null;
  let lost: HeardPacket[] = [];
  let samples = 0;
  for (const [i, packet] of packets.entries()) {
    if (packet.samples === 0) {
      if (!packet.isHidden) lost.push(packet);
      continue;
    }
    const { here: skippedBytes = 0, nearby: skippedNearby = 0 } = skipped[i] ?? {};
    yield { before, after: packet, lost, end, heardBefore: samples / rate, skippedBytes, skippedNearby };
    samples += packet.samples;
    if (packet.at !== null) end = packet.at + packet.seconds;
    else if (end !== null) end += packet.samples / rate;
    before = packet;
    lost = [];
  }
  yield { before, after: null, lost, end, heardBefore: samples / rate, skippedBytes: 0, skippedNearby: 0 };
}

/** For each packet, the bytes before it that are in none. Packets of one page have one position. */
function skippedBytesBefore(packets: readonly HeardPacket[]): { readonly here: number; readonly nearby: number }[] {
  let page = { position: -1, bytes: 0 };
  let [here, nearby] = [0, 0];
  return packets.map(({ position, bytes }) => {
    if (position !== null && position !== page.position) {
      const earlier = here;
      here = page.position < 0 ? 0 : Math.max(0, position - page.position - page.bytes);
      nearby = earlier + here;
      page = { position, bytes: 0 };
    }
    page = { ...page, bytes: page.bytes + bytes };
    return position === null ? { here: 0, nearby: 0 } : { here, nearby };
  });
}

async function lostSeconds(between: Between, question: LostSoundQuestion, pace: Pace): Promise<number> {
  const { before, after, lost } = between;
  if (before === null) return atEdge(lost.length === 0 ? 0 : await lostWithin(between, question, pace));
  if (after === null) return atEdge(await lostAtEnd(between, question, pace));
  return lost.length > 0 ? lostWithin(between, question, pace) : lostBetween(between, question, pace);
}

function atEdge(seconds: number): number {
  return seconds < LEAST_AT_EDGE ? 0 : seconds;
}

/** Of packets without sound. */
async function lostWithin(between: Between, { measure, isForeign }: LostSoundQuestion, pace: Pace): Promise<number> {
  const { lost } = between;
  const position = lost[0]?.position ?? null;
  if (position !== null && (await isForeign(position))) return 0;
  const bySize = lost.reduce((sum, { bytes }) => sum + bytes, between.skippedBytes) / pace.bytesPerSecond;
  if (measure === 'SIZES') return bySize;
  const byLength = lost.reduce((sum, { seconds }) => sum + seconds, 0);
  if (measure === 'LENGTHS') return byLength;
  const byTime = pauseOf(between);
  // A clock that begins anew, or a pause behind it.
  return byTime === null || byTime < 0 ? byLength : Math.min(byTime, Math.max(byLength, 2 * bySize));
}

/** From one packet to the next; null: their times do not say it. */
function pauseOf({ end, after }: Between): number | null {
  return end === null || after?.at == null ? null : after.at - end;
}

/** Of what the container has skipped, or has put into a packet that has sound. A pause without data takes no bytes. */
function lostBetween(between: Between, { measure, isContainerBroken, heard }: LostSoundQuestion, pace: Pace): number {
  const { before, skippedNearby } = between;
  const pause = pauseOf(between) ?? 0;
  const isMerged = before?.at === null;
  if (measure !== 'TIMES' || !(isContainerBroken || isMerged) || pause < (isMerged ? ROUNDING : LEAST_PAUSE)) return 0;
  const merged = isMerged ? before.bytes - (before.samples / heard.rate) * pace.bytesPerSecond : 0;
  return skippedNearby + merged > (pause * pace.bytesPerSecond) / 2 ? pause : 0;
}

/** Of the end: as much as the file says it has, and as its bytes could hold. */
async function lostAtEnd({ before, lost }: Between, question: LostSoundQuestion, pace: Pace): Promise<number> {
  const { claimed, fileBytes, isForeign } = question;
  const position = lost[0]?.position ?? null;
  if (claimed === null || (position !== null && (await isForeign(position)))) return 0;
  const lastPosition = before?.position ?? null;
  const unread = lastPosition === null ? 0 : fileBytes - lastPosition - (before?.bytes ?? 0);
  const bytes = Math.max(
    unread,
    lost.reduce((sum, packet) => sum + packet.bytes, 0),
  );
  const rest = claimed - pace.reached;
  return bytes > (rest * pace.bytesPerSecond) / 2 ? rest : 0;
}
