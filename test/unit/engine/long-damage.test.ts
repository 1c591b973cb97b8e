import { expect, it } from 'vitest';
import { findLostSound } from '../../../src/engine/audio/damage/find-lost-sound.js';
import { parseHeardPackets } from '../../../src/engine/audio/damage/heard-packets.js';
import { longestBlockOf } from '../../support/longest-block.js';

/** Two hours of MP3 of which every thousandth packet gave no sound. */
const COUNT = 275_000;
const SECONDS = 1152 / 44_100;
const lines = Array.from({ length: COUNT }, (_, i) => {
  const packet = `packet|${(i * SECONDS).toFixed(6)}|${SECONDS.toFixed(6)}|418|${i * 418}|K__\n`;
  return i % 1_000 === 500 ? packet : `${packet}frame|1152\n`;
});

it('the damage of hours of sound is found without holding the process up', async () => {
  const text = `${lines.join('')}packet|cut off`;
  const { result, longestMs, processMs } = await longestBlockOf(async () => {
    const packets = await parseHeardPackets(text);
    const found = await findLostSound({
      ...{ heard: { packets, rate: 44_100 }, measure: 'SIZES', refusedPackets: COUNT / 1_000 },
      ...{ isContainerBroken: false, claimed: null, resumesAt: null, fileBytes: COUNT * 418 },
      isForeign: () => Promise.resolve(false),
    });
    return { packets, found };
  });
  expect(result.packets).toHaveLength(COUNT);
  expect(result.found).toHaveLength(COUNT / 1_000);
  expect(result.found[0]).toMatchObject({ heardBefore: 500 * SECONDS, at: 500 * SECONDS });
  expect(longestMs).toBeLessThan(processMs / 4);
});
