import { describe, expect, it } from 'vitest';
import { boxesIn } from '../../../src/engine/mp4/boxes.js';

function box(kind: string, content = Buffer.alloc(0)): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + content.length, 0);
  header.write(kind, 4, 'latin1');
  return Buffer.concat([header, content]);
}

describe('the boxes of an MP4', () => {
  it('are found by their kind', () => {
    const content = Buffer.concat([box('free'), box('trak', Buffer.from('a')), box('trak', Buffer.from('b'))]);
    expect(boxesIn(content, 'trak').map(String)).toEqual(['a', 'b']);
  });

  it('are looked for among so many, not among the millions that a hostile file may have', () => {
    const many = Buffer.concat([...Array.from({ length: 10_000 }, () => box('free')), box('trak')]);
    expect(boxesIn(many, 'trak')).toEqual([]);
    expect(boxesIn(many.subarray(8), 'trak')).toHaveLength(1);
  });
});
