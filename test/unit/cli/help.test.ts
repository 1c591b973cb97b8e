import { describe, expect, it } from 'vitest';
import { VARIABLES } from '../../../src/config/variables.js';
import { cli } from './cli-harness.js';

const main = (await cli(['--help'])).stdout;
const commands = [...main.slice(main.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!);

describe('the help of cutroom', () => {
  it('lists every command', () => {
    expect(commands).toEqual([
      'render',
      'serve',
      'doctor',
      'submit',
      'watch',
      'get',
      'list',
      'cancel',
      'retry',
      'redeliver',
      'delete',
      'probe',
      'convert',
      'keys',
      'secrets',
      'backup',
      'migrate',
      'completion',
    ]);
  });

  // The help of `serve` has a table of variables, which is longer than any terminal.
  it.each([[[]], ...commands.filter((name) => name !== 'serve').map((name) => [[name]])])(
    'fits a terminal of 80 columns and 24 lines for %j',
    async (args) => {
      const { stdout, exitCode } = await cli([...args, '--help']);
      const lines = stdout.trimEnd().split('\n');
      expect(exitCode).toBe(0);
      expect(stdout).toMatch(/^Usage: cutroom/);
      expect(lines.length, stdout).toBeLessThanOrEqual(24);
      expect(Math.max(...lines.map((line) => line.length)), stdout).toBeLessThanOrEqual(80);
    },
  );

  it('explains every variable of the service in 80 columns under serve', async () => {
    const { stdout, exitCode } = await cli(['serve', '--help']);
    expect(exitCode).toBe(0);
    for (const [name, { usedBy }] of Object.entries(VARIABLES))
      expect(stdout.includes(`  ${name}\n`), name).toBe((usedBy as readonly string[]).includes('serve'));
    expect(Math.max(...stdout.split('\n').map((line) => line.length)), stdout).toBeLessThanOrEqual(80);
  });
});
