import { execFileSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findCage, type Cage } from '../../../src/engine/cage.js';
import { runSupervised, type SupervisedResult } from '../../../src/engine/process/supervisor.js';
import { QUERY_CLOCKS } from '../../../src/engine/toolchain.js';

const signal = new AbortController().signal;
let cage: Cage;
beforeAll(async () => {
  cage = await findCage(1024 ** 3, signal);
});

function run(script: string, wrapper = cage.wrapper): Promise<SupervisedResult> {
  const env = { PATH: process.env.PATH ?? '' };
  const clocks = { ...QUERY_CLOCKS, maxRssBytes: 64 * 1024 ** 3 };
  return runSupervised({ program: 'sh', args: ['-c', script], wrapper, env, clocks, signal, maxStdoutBytes: 10_000 });
}

const isActive = (name: string) => cage.layers.some((layer) => layer.name === name && layer.active);

describe('the cage', () => {
  it('has each layer that works on this machine, and leaves out the others', () => {
    const works = (program: string, ...args: string[]) => {
      try {
        execFileSync(program, [...args, 'true'], { stdio: 'ignore' });
        return true;
      } catch {
        return false;
      }
    };
    const namespaces = process.getuid?.() === 0 ? ['-n'] : ['-r', '-n'];
    expect(Object.fromEntries(cage.layers.map(({ name, active }) => [name, active]))).toEqual({
      'resource-limits': works('prlimit', '--core=0'),
      'no-network': works('unshare', ...namespaces),
      'parent-death': works('setpriv', '--pdeathsig', 'KILL'),
    });
  });

  it('limits memory, files and core dumps', async (context) => {
    if (!isActive('resource-limits')) context.skip();
    const { stdout } = await run('cat /proc/self/limits');
    const limit = (name: string) => new RegExp(`^${name}\\s+(\\d+)`, 'm').exec(stdout.toString())?.[1];
    expect(limit('Max address space')).toBe(String(4 * 1024 ** 3));
    expect(limit('Max core file size')).toBe('0');
    expect(limit('Max open files')).toBe('4096');
  });

  describe('on the network', () => {
    const server = createServer((socket) => socket.end('reached'));
    beforeAll(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterAll(() => server.close());

    it('refuses every address, also on loopback', async (context) => {
      if (!isActive('no-network')) context.skip();
      const { port } = server.address() as AddressInfo;
      const ask = `ffmpeg -v error -f u8 -i tcp://127.0.0.1:${port} -f null - 2>/dev/null && echo reached || echo refused`;
      expect((await run(ask, [])).stdout.toString()).toBe('reached\n');
      expect((await run(ask)).stdout.toString()).toBe('refused\n');
    });
  });
});
