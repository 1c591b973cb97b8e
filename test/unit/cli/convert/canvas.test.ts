import { describe, expect, it } from 'vitest';
import { possibleSize } from '../../../../src/cli/convert/canvas.js';

describe('the size of a converted document', () => {
  it.each([
    [1280, 720, { width: 1280, height: 720 }],
    [721, 720, { width: 722, height: 720 }],
    [7680, 4320, { width: 3840, height: 2160 }],
    [0, 720, { width: 16, height: 720 }],
    [-0, 720, { width: 16, height: 720 }],
    [-100, 720, { width: 16, height: 720 }],
    [0, 0, { width: 16, height: 16 }],
  ])('of %s by %s is one that a canvas can have', (width, height, size) => {
    const warnings: string[] = [];
    const report = { warn: (_: string, message: string) => void warnings.push(message) };
    expect(possibleSize(width, height, report, 'output.size')).toEqual(size);
    expect(warnings).toHaveLength(size.width === width && size.height === height ? 0 : 1);
  });
});
