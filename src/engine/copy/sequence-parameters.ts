import { bitsOfUnit, type BitReader } from './bit-reader.js';

/** The part of a sequence parameter set (ISO/IEC 14496-10, 7.3.2.1.1) that decides whether its pictures can be copied. */
export interface SequenceParameters {
  readonly id: number;
  /** `profile_idc`; 66 only where its pictures are also those of the Main profile. */
  readonly profile: number;
  /** `level_idc`: ten times the level. */
  readonly level: number;
  /** 8 bits, 4:2:0, whole frames. */
  readonly isPlain: boolean;
  /** Null: not said. */
  readonly pixelShape: readonly [number, number] | null;
  /** Whether it says BT.709 throughout, with the range of television. */
  readonly saysBt709: boolean;
}

const BASELINE = 66;
/** Profiles whose sets say how colours are stored. */
const WITH_CHROMA_FORMAT = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);
/** Of `aspect_ratio_idc`: the shape follows as two numbers. */
const EXTENDED_SHAPE = 255;
const BT709 = 1;

/** @throws RangeError for what is no such set. */
export function readSequenceParameters(unit: Uint8Array): SequenceParameters {
  const reader = bitsOfUnit(unit);
  const profile = reader.bits(8);
  const constraints = reader.bits(8);
  const level = reader.bits(8);
  const id = reader.unsigned();
  const isEightBit420 = WITH_CHROMA_FORMAT.has(profile) ? readChroma(reader) : true;
  readOrder(reader);
  // Reference frames, gaps, width, height.
  reader.unsigned();
  reader.bits(1);
  reader.unsigned();
  reader.unsigned();
  const hasWholeFrames = reader.bits(1) === 1;
  if (!hasWholeFrames) reader.bits(1);
  reader.bits(1);
  if (reader.bits(1) === 1) for (let side = 0; side < 4; side += 1) reader.unsigned();
  const usability = reader.bits(1) === 1 ? readUsability(reader) : { pixelShape: null, saysBt709: false };
  const isMainToo = profile !== BASELINE || (constraints & 0x40) !== 0;
  return { id, profile, level, isPlain: isEightBit420 && hasWholeFrames && isMainToo, ...usability };
}

/** The id of a picture parameter set. @throws RangeError for what is none. */
export function pictureParametersId(unit: Uint8Array): number {
  return bitsOfUnit(unit).unsigned();
}

/** @returns whether colours are stored as 4:2:0 of 8 bits. */
function readChroma(reader: BitReader): boolean {
  const format = reader.unsigned();
  if (format === 3) reader.bits(1);
  const depths = [reader.unsigned(), reader.unsigned()];
  // Lossless within a lossy profile: no encoder of ours or of a camera does it.
  const bypass = reader.bits(1);
  const hasMatrices = reader.bits(1) === 1;
  if (hasMatrices) for (let i = 0; i < (format === 3 ? 12 : 8); i += 1) if (reader.bits(1) === 1) skipMatrix(reader, i);
  return format === 1 && depths.every((depth) => depth === 0) && bypass === 0;
}

function skipMatrix(reader: BitReader, index: number): void {
  let [last, next] = [8, 8];
  for (let i = 0; i < (index < 6 ? 16 : 64); i += 1) {
    if (next !== 0) next = (last + reader.signed() + 256) % 256;
    last = next === 0 ? last : next;
  }
}

/** How frames are numbered and ordered. */
function readOrder(reader: BitReader): void {
  reader.unsigned();
  const kind = reader.unsigned();
  if (kind === 0) reader.unsigned();
  if (kind !== 1) return;
  reader.bits(1);
  reader.signed();
  reader.signed();
  for (let left = reader.unsigned(); left > 0; left -= 1) reader.signed();
}

function readUsability(reader: BitReader): Pick<SequenceParameters, 'pixelShape' | 'saysBt709'> {
  let pixelShape: SequenceParameters['pixelShape'] = null;
  if (reader.bits(1) === 1) {
    const named = reader.bits(8);
    if (named === EXTENDED_SHAPE) pixelShape = [reader.bits(16), reader.bits(16)];
    // 1 is square; the others are shapes of television.
    else if (named !== 0) pixelShape = named === 1 ? [1, 1] : [named, 0];
  }
  if (reader.bits(1) === 1) reader.bits(1);
  if (reader.bits(1) === 0) return { pixelShape, saysBt709: false };
  reader.bits(3);
  const isFullRange = reader.bits(1) === 1;
  if (reader.bits(1) === 0) return { pixelShape, saysBt709: false };
  const tags = [reader.bits(8), reader.bits(8), reader.bits(8)];
  return { pixelShape, saysBt709: !isFullRange && tags.every((tag) => tag === BT709) };
}
