import { execFileSync } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLogDestination } from '../../../src/observability/log-destination.js';
import { eventually } from '../../support/eventually.js';

let folder: string;
const descriptors: number[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cutroom-log-'));
});
afterEach(() => {
  for (const descriptor of descriptors.splice(0)) closeSync(descriptor);
  rmSync(folder, { recursive: true });
});

function opened(name: string, flags: string | number): number {
  const descriptor = openSync(name, flags);
  descriptors.push(descriptor);
  return descriptor;
}

describe('the log destination', () => {
  it('writes every line, in order', async () => {
    const file = join(folder, 'log');
    const log = createLogDestination({ descriptor: opened(file, 'w') });
    const lines = Array.from({ length: 1_000 }, (_, n) => `line ${n}\n`);
    for (const line of lines) log.write(line);
    await eventually('the lines', () => readFileSync(file, 'utf8') === lines.join(''));
    expect(log.lostLines()).toBe(0);
  });

  it('counts the lines that a full disk refuses, and continues', async () => {
    const log = createLogDestination({ descriptor: opened('/dev/full', 'w') });
    for (const n of [1, 2, 3]) log.write(`line ${n}\n`);
    await eventually('three lost', () => log.lostLines() === 3);
    log.write('line 4\n');
    await eventually('the fourth lost', () => log.lostLines() === 4);
  });

  it('buffers no more than its bound for a pipe that nobody reads, and continues when it is read again', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const reader = opened(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = createLogDestination({ descriptor: opened(pipe, 'w'), maxWaitingCharacters: 100_000 });
    const line = `${'x'.repeat(999)}\n`;
    for (let n = 0; n < 1_000; n += 1) log.write(line);
    await eventually('lines are lost', () => log.lostLines() > 800);
    const read = Buffer.alloc(1024 * 1024);
    let seen = 0;
    await eventually('what was kept', () => {
      try {
        seen += readSync(reader, read);
      } catch {
        // Nothing is there yet.
      }
      return seen === (1_000 - log.lostLines()) * line.length;
    });
    log.write('the last\n');
    await eventually('the last', () => {
      try {
        return read.toString('utf8', 0, readSync(reader, read)) === 'the last\n';
      } catch {
        return false;
      }
    });
  });
});
