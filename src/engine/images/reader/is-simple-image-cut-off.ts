import type { Bytes } from './file-bytes.js';

/** Whether a BMP has fewer bytes than its header asks for. */
export async function isBmpCutOff(bytes: Bytes): Promise<boolean> {
  const head = await bytes.at(0, 38);
  if (head.length < 26) return true;
  const dataAt = head.readUInt32LE(10);
  const isOs2 = head.readUInt32LE(14) === 12;
  if (!isOs2 && head.length < 38) return true;
  const width = isOs2 ? head.readUInt16LE(18) : head.readInt32LE(18);
  const height = isOs2 ? head.readUInt16LE(20) : Math.abs(head.readInt32LE(22));
  const bits = head.readUInt16LE(isOs2 ? 24 : 28);
  const isPlain = isOs2 || [0, 3, 6].includes(head.readUInt32LE(30));
  const length = isPlain ? Math.ceil((width * bits) / 32) * 4 * height : head.readUInt32LE(34);
  return dataAt + length > bytes.size;
}

/** Whether a binary PBM, PGM, PPM or PAM has fewer bytes than its header asks for. Of those in digits it says no. */
export async function isPnmCutOff(bytes: Bytes): Promise<boolean> {
  const text = (await bytes.at(0, 1024)).toString('latin1');
  const pam = /^P7\n[\s\S]*?ENDHDR\n/.exec(text)?.[0];
  if (pam !== undefined) {
    const value = (name: string) => Number(new RegExp(`^${name} +(\\d+)`, 'm').exec(pam)?.[1] ?? 0);
    return pam.length + value('WIDTH') * value('HEIGHT') * value('DEPTH') * sampleBytes(value('MAXVAL')) > bytes.size;
  }
  const between = String.raw`(?:\s*#[^\n]*\n|\s+)*`;
  const header = new RegExp(`^P([456])${between}(\\d+)${between}(\\d+)(?:${between}(\\d+))?\\s`);
  // A bitmap has no largest value; what follows its height may look like one.
  const bitmap = new RegExp(`^P4${between}(\\d+)${between}(\\d+)\\s`).exec(text);
  if (bitmap) return bitmap[0].length + Math.ceil(Number(bitmap[1]) / 8) * Number(bitmap[2]) > bytes.size;
  const [all, kind, width, height, max] = header.exec(text) ?? [];
  if (all === undefined || max === undefined) return false;
  return all.length + Number(width) * Number(height) * (kind === '6' ? 3 : 1) * sampleBytes(Number(max)) > bytes.size;
}

function sampleBytes(max: number): number {
  return max > 255 ? 2 : 1;
}

/** Whether a QOI lacks the mark at its end. */
export async function isQoiCutOff(bytes: Bytes): Promise<boolean> {
  const end = await bytes.at(Math.max(0, bytes.size - 8), 8);
  return end.toString('hex') !== '0000000000000001';
}
