import { constants, copyFile, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { boxesIn, readOutline, type Mp4Outline } from '../mp4/boxes.js';
import { nameOfSets, unitedSets, writeAvcConfiguration, type ParameterSets } from '../mp4/avc-configuration.js';
import { fileParameterSets, SAMPLE_DESCRIPTIONS_BYTES, SAMPLE_ENTRY_BYTES } from '../mp4/file-parameter-sets.js';
import { pictureParametersId, readSequenceParameters } from '../mp4/sequence-parameters.js';

/** The way to the parameter sets of the one video in an index, and the bytes of each box before the boxes in it. */
const WAY = [
  ['trak', 0],
  ['mdia', 0],
  ['minf', 0],
  ['stbl', 0],
  ['stsd', SAMPLE_DESCRIPTIONS_BYTES],
  ['avc1', SAMPLE_ENTRY_BYTES],
] as const;

/**
 * Makes the first of the files that are to be joined name the parameter sets of all: a joined file has those of its first part. The file is replaced by a copy, since it
 * may be shared with the cache.
 * @param files MP4s of ours with H.264 alone and the index at the end, in the folder.
 * @throws RangeError where sets of different content have the same number: a mistake of ours.
 */
export async function uniteParameterSets(folder: string, files: readonly string[]): Promise<void> {
  const [first] = files;
  if (first === undefined) return;
  const found = new Map<string, ParameterSets>();
  for (const file of files) {
    const sets = setsOf(await readOutline(path.join(folder, file)));
    found.set(nameOfSets(sets), sets);
  }
  if (found.size < 2) return;
  const united = unitedSets([...found.values()]);
  requireDistinct(united.sequence.map((unit) => readSequenceParameters(unit).id));
  requireDistinct(united.picture.map(pictureParametersId));
  const full = path.join(folder, first);
  const own = `${full}-united`;
  await copyFile(full, own, constants.COPYFILE_FICLONE);
  await replaceSets(own, writeAvcConfiguration(united));
  await rename(own, full);
}

function requireDistinct(ids: readonly number[]): void {
  if (new Set(ids).size !== ids.length) throw new RangeError('parameter sets of joined parts have the same number');
}

function setsOf(outline: Mp4Outline): ParameterSets {
  const sets = fileParameterSets(outline);
  if (!sets) throw new RangeError('a part of a video has no parameter sets');
  return sets;
}

/** Writes the index anew: it is the last box, so that nothing else moves. */
async function replaceSets(file: string, record: Buffer): Promise<void> {
  const { boxes, index } = await readOutline(file);
  if (index === null || boxes.at(-1) !== 'moov') throw new RangeError('the index of a part is not at its end');
  const handle = await open(file, 'r+');
  try {
    const { size } = await handle.stat();
    const at = size - index.length - 8;
    const content = replaced(index, [...WAY, ['avcC', 0]], record);
    await handle.write(box('moov', content), 0, content.length + 8, at);
    await handle.truncate(at + 8 + content.length);
  } finally {
    await handle.close();
  }
}

/** The content of a box with the innermost box of the way replaced. */
function replaced(content: Buffer, way: readonly (readonly [string, number])[], record: Buffer): Buffer {
  const [step, ...rest] = way;
  if (!step) return record;
  const [kind, before] = step;
  const [inner] = boxesIn(content, kind);
  if (!inner) throw new RangeError('a part of a video has no parameter sets');
  const start = inner.byteOffset - content.byteOffset;
  const changed = Buffer.concat([inner.subarray(0, before), replaced(inner.subarray(before), rest, record)]);
  return Buffer.concat([content.subarray(0, start - 8), box(kind, changed), content.subarray(start + inner.length)]);
}

function box(kind: string, content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(content.length + 8);
  header.write(kind, 4, 'latin1');
  return Buffer.concat([header, content]);
}
