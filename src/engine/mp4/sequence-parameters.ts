import { bitsOfUnit, type BitReader } from './bit-reader.js';

/** The part of a sequence parameter set (ISO/IEC 14496-10, 7.3.2.1.1) that decides whether its pictures can be copied. */
export interface SequenceParameters {
  readonly id: number;
  /** `profile_idc`; 66 only where its pictures are also those of the Main profile. */
  readonly profile: number;
  /** `level_idc`: ten times the level. */
  readonly level: number;
  /** 8 bits, 4:2:0: `yuv420p`. */
  readonly isEightBit420: boolean;
  /** That, in whole frames, and not lossless. */
  readonly isPlain: boolean;
  /** Null: not said. */
  readonly pixelShape: readonly [number, number] | null;
  /** Null: not said. */
  readonly colors: CodedColors | null;
  /** Of the pictures that are shown. */
  readonly width: number;
  readonly height: number;
}

/** The colours of pictures by the numbers of ISO/IEC 23091-2. */
export interface CodedColors {
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  readonly isFullRange: boolean;
}

/** Whether they are BT.709 throughout, with the range of television. */
export function isBt709(colors: CodedColors | null): boolean {
  if (colors === null || colors.isFullRange) return false;
  return [colors.primaries, colors.transfer, colors.matrix].every((tag) => tag === BT709);
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
  const { isEightBit420, isLossless } = WITH_CHROMA_FORMAT.has(profile)
    ? readChroma(reader)
    : { isEightBit420: true, isLossless: false };
  readOrder(reader);
  // Reference frames, gaps.
  reader.unsigned();
  reader.bits(1);
  const [columns, rows] = [reader.unsigned() + 1, reader.unsigned() + 1];
  const hasWholeFrames = reader.bits(1) === 1;
  if (!hasWholeFrames) reader.bits(1);
  reader.bits(1);
  const [left, right, top, bottom] = reader.bits(1) === 1 ? readSides(reader) : [0, 0, 0, 0];
  const usability = reader.bits(1) === 1 ? readUsability(reader) : { pixelShape: null, colors: null };
  const isMainToo = profile !== BASELINE || (constraints & 0x40) !== 0;
  const isPlain = isEightBit420 && !isLossless && hasWholeFrames && isMainToo;
  // Of 4:2:0: what is cut off is counted in colours, and in rows of both fields.
  const rowsEach = hasWholeFrames ? 1 : 2;
  return {
    ...{ id, profile, level, isEightBit420, isPlain, ...usability },
    width: columns * 16 - 2 * (left + right),
    height: rowsEach * (rows * 16 - 2 * (top + bottom)),
  };
}

/** The id of a picture parameter set. @throws RangeError for what is none. */
export function pictureParametersId(unit: Uint8Array): number {
  return bitsOfUnit(unit).unsigned();
}

function readSides(reader: BitReader): [left: number, right: number, top: number, bottom: number] {
  return [reader.unsigned(), reader.unsigned(), reader.unsigned(), reader.unsigned()];
}

/** How colours are stored. */
function readChroma(reader: BitReader): { isEightBit420: boolean; isLossless: boolean } {
  const format = reader.unsigned();
  if (format === 3) reader.bits(1);
  const depths = [reader.unsigned(), reader.unsigned()];
  const isLossless = reader.bits(1) === 1;
  const hasMatrices = reader.bits(1) === 1;
  if (hasMatrices) for (let i = 0; i < (format === 3 ? 12 : 8); i += 1) if (reader.bits(1) === 1) skipMatrix(reader, i);
  return { isEightBit420: format === 1 && depths.every((depth) => depth === 0), isLossless };
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

function readUsability(reader: BitReader): Pick<SequenceParameters, 'pixelShape' | 'colors'> {
  let pixelShape: SequenceParameters['pixelShape'] = null;
  if (reader.bits(1) === 1) {
    const named = reader.bits(8);
    if (named === EXTENDED_SHAPE) pixelShape = [reader.bits(16), reader.bits(16)];
    // 1 is square; the others are shapes of television.
    else if (named !== 0) pixelShape = named === 1 ? [1, 1] : [named, 0];
  }
  if (reader.bits(1) === 1) reader.bits(1);
  if (reader.bits(1) === 0) return { pixelShape, colors: null };
  reader.bits(3);
  const isFullRange = reader.bits(1) === 1;
  if (reader.bits(1) === 0) return { pixelShape, colors: null };
  const [primaries, transfer, matrix] = [reader.bits(8), reader.bits(8), reader.bits(8)];
  return { pixelShape, colors: { primaries, transfer, matrix, isFullRange } };
}
