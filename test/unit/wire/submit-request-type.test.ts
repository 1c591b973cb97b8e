import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SubmitTaskRequest } from '../../../generated/cutroom/v1/task_service.js';
import { parseSubmit } from '../../../src/wire/parse-submit.js';
import { submitRequestType } from '../../../src/wire/submit-request-type.js';
import { ANYONE } from '../../../src/task/caller.js';

/** A request with labels as a foreign encoder may send them. */
function bytesWith(...labels: readonly (readonly [string, string])[]): Buffer {
  const field = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content]);
  const entries = labels.map(([key, value]) =>
    field(0x1a, Buffer.concat([field(0x0a, Buffer.from(key)), field(0x12, Buffer.from(value))])),
  );
  return Buffer.concat([
    Buffer.from(SubmitTaskRequest.encode(SubmitTaskRequest.fromPartial({ priority: 3 })).finish()),
    ...entries,
  ]);
}

const refusedFields = (bytes: Uint8Array) =>
  parseSubmit(submitRequestType.decode(bytes), ANYONE).spec.violations.map(({ field }) => field);

describe('the decoder of SubmitTask', () => {
  it('keeps a label by the name __proto__, so that it is refused', () => {
    const request = submitRequestType.decode(bytesWith(['a', 'b'], ['__proto__', 'x'], ['constructor', 'y']));
    expect(Object.entries(request.labels).sort()).toEqual([
      ['__proto__', 'x'],
      ['a', 'b'],
      ['constructor', 'y'],
    ]);
    expect(request.priority).toBe(3);
    expect(refusedFields(bytesWith(['__proto__', 'x']))).toContain('labels["__proto__"]');
    expect(refusedFields(bytesWith(['a', '__proto__']))).toEqual(['spec']);
  });

  it('decodes as the generated code does otherwise, also from a part of a buffer', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string({ maxLength: 9 }).filter((key) => key !== '__proto__'),
          fc.constantFrom('', 'v', '__proto__'),
        ),
        (labels) => {
          const bytes = SubmitTaskRequest.encode(
            SubmitTaskRequest.fromPartial({ labels, requestId: '__proto__' }),
          ).finish();
          const padded = Buffer.concat([Buffer.from('__'), bytes, Buffer.from('__proto__')]).subarray(
            2,
            2 + bytes.length,
          );
          expect(submitRequestType.decode(padded)).toEqual(SubmitTaskRequest.decode(bytes));
        },
      ),
    );
  });
});
