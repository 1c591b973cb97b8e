import { ScalarType, type JsonValue } from '@bufbuild/protobuf';
import { TimestampSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { leafProblem } from '../../../src/wire/json-leaves.js';
import { startThreadTime } from '../../support/thread-time.js';

const whole = (type: ScalarType, value: JsonValue) => leafProblem({ kind: 'scalar', type }, value);
const time = (value: JsonValue) => leafProblem({ kind: 'message', desc: TimestampSchema }, value);

describe('a value without fields', () => {
  it.each([
    [ScalarType.INT64, '9223372036854775807', '9223372036854775808'],
    [ScalarType.INT64, '-9223372036854775808', '-9223372036854775809'],
    [ScalarType.UINT64, '18446744073709551615', '18446744073709551616'],
    [ScalarType.UINT64, 0, -1],
    [ScalarType.INT32, 2_147_483_647, 2_147_483_648],
    [ScalarType.UINT32, '4294967295.0', '4294967296.0'],
  ])('of type %i may be %j, and not %j', (type, last, beyond) => {
    expect(whole(type, last)).toBeNull();
    expect(whole(type, beyond)).toMatch(/^must be a whole number from -?\d+ to \d+, not /);
  });

  it('is a time only where there is one', () => {
    expect(time('2030-01-31T12:00:00.5Z')).toBeNull();
    for (const value of ['2030-02-31T12:00:00', '0000-01-01T00:00:00Z', '10000-01-01T00:00:00Z', 'now', 5])
      expect(time(value)).toContain('must be a time such as "2030-01-31T12:00:00Z"');
  });

  it('is refused in no time though it has millions of digits', () => {
    const digits = '9'.repeat(4_000_000);
    const since = startThreadTime();
    for (const type of [ScalarType.INT64, ScalarType.INT32, ScalarType.DOUBLE])
      expect(whole(type, digits)).not.toBeNull();
    expect(since().cpuMs).toBeLessThan(1_000);
  });
});
