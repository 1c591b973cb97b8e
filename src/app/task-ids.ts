import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';

const BYTES_PER_ID = 16;
/** A draw of random bytes costs a few microseconds whatever its size, a twentieth of a whole submit where each id has its own. */
const IDS_PER_DRAW = 128;
/** The sequence of UUID version 7 as the package has it: 32 bits, of which half are left for a millisecond that has more than one id. */
const MAX_FIRST_SEQUENCE = 0x7f_ff_ff_ff;

/**
 * Makes UUIDs of version 7 that ascend, also within a millisecond and when the clock is set back. The package sees to that only where it draws the random bytes of each
 * id by itself.
 */
export function createTaskIds(nowMs: () => number): () => string {
  const drawn = new Uint8Array(BYTES_PER_ID * IDS_PER_DRAW);
  const words = new DataView(drawn.buffer);
  let used = drawn.length;
  let msecs = -Infinity;
  let seq = 0;
  return () => {
    if (used === drawn.length) {
      randomFillSync(drawn);
      used = 0;
    }
    const random = drawn.subarray(used, used + BYTES_PER_ID);
    const now = nowMs();
    if (now > msecs) {
      msecs = now;
      seq = words.getUint32(used) & MAX_FIRST_SEQUENCE;
    } else {
      seq = (seq + 1) >>> 0;
      if (seq === 0) msecs += 1;
    }
    used += BYTES_PER_ID;
    return v7({ random, msecs, seq });
  };
}
