import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Check } from '../../../src/doctor/check.js';
import { examine } from '../../../src/doctor/doctor.js';
import { checkService } from '../../../src/doctor/endpoints.js';
import { judgeDisk, judgeMemory } from '../../../src/doctor/places.js';
import { checkNode } from '../../../src/doctor/tools.js';
import { createSqliteStore } from '../../../src/store/sqlite/sqlite-store.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { WITHOUT_DEVICES } from '../../support/stand-in-ffmpeg.js';
import { recordEvents } from '../../support/task-events.js';
import { cli } from '../cli/cli-harness.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-doctor-test-'));
  await mkdir(join(folder, 'media'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function findings(env: Record<string, string> = {}): Promise<readonly Check[]> {
  const all: Check[] = [];
  const base = {
    CUTROOM_DATA_DIR: join(folder, 'data'),
    CUTROOM_INPUT_ROOTS: join(folder, 'media'),
    CUTROOM_GRPC_ADDRESS: '127.0.0.1:0',
    CUTROOM_HTTP_ADDRESS: '127.0.0.1:0',
  };
  for await (const check of examine({ ...base, ...env }, new AbortController().signal)) all.push(check);
  return all;
}
const named = (checks: readonly Check[], name: string): Check | undefined =>
  checks.find((check) => check.name === name);

describe('the doctor', () => {
  it('tries the hardware encoder that is asked for, and tells why it does not work', async () => {
    expect(named(await findings(), 'hardware')).toBeUndefined();
    for (const [name, value] of Object.entries(WITHOUT_DEVICES)) vi.stubEnv(name, value);
    const hardware = named(await findings({ CUTROOM_HARDWARE_ENCODER: 'nvenc' }), 'hardware');
    vi.unstubAllEnvs();
    expect(hardware).toMatchObject({ status: 'warn', fix: expect.stringContaining('ENCODER=none') as string });
    expect(hardware?.found).toMatch(/^H\.264 by libx264, HEVC by libx265; h264_nvenc: .{10,}/);
  });

  it('finds no failure on a complete machine, and creates nothing', async () => {
    const checks = await findings();
    expect(checks.filter(({ status }) => status === 'fail')).toEqual([]);
    expect(new Set(checks.map(({ name }) => name))).toEqual(
      new Set([
        'node',
        'config',
        'ffmpeg',
        'resource-limits',
        'no-network',
        'parent-death',
        'fonts',
        'memory',
        'data',
        'disk',
        'inputs',
        'store',
        'grpc',
        'http',
      ]),
    );
    expect(await readdir(folder)).toEqual(['media']);
  });
});

describe('the doctor', () => {
  it('reports every variable with a wrong value', async () => {
    const checks = await findings({ CUTROOM_SLOTS: 'many', CUTROOM_GRPC_ADDRESS: '0.0.0.0:1' });
    const problems = checks
      .filter(({ name, status }) => name === 'config' && status === 'fail')
      .map(({ found }) => found);
    expect(problems).toEqual([
      expect.stringContaining('CUTROOM_SLOTS'),
      expect.stringContaining('CUTROOM_GRPC_ADDRESS'),
    ]);
    expect(named(checks, 'ffmpeg')).toMatchObject({ status: 'ok' });
  });

  it('tells whether the Unix sockets can be made', async () => {
    const free = join(folder, 'free.sock');
    await writeFile(join(folder, 'taken.sock'), 'a file');
    const checks = await findings({ CUTROOM_SOCKET: free, CUTROOM_HTTP_SOCKET: join(folder, 'taken.sock') });
    expect(named(checks, 'grpc-socket')).toMatchObject({ status: 'ok' });
    expect(named(checks, 'http-socket')).toMatchObject({
      status: 'fail',
      found: `${join(folder, 'taken.sock')} is another kind of file`,
      fix: 'remove it, or set CUTROOM_HTTP_SOCKET to another path',
    });
    const nowhere = await findings({ CUTROOM_SOCKET: join(folder, 'no', 'such.sock') });
    expect(named(nowhere, 'grpc-socket')?.found).toContain('cannot be made (ENOENT)');
    expect(await readdir(folder)).not.toContain('free.sock');
  });

  it('reports a missing ffmpeg', async () => {
    expect(named(await findings({ CUTROOM_FFMPEG: 'no-such-ffmpeg' }), 'ffmpeg')).toEqual({
      name: 'ffmpeg',
      status: 'fail',
      found: 'no-such-ffmpeg not found',
      fix: expect.stringContaining('apt-get install ffmpeg') as unknown,
    });
  });

  it('reports a program by the name of ffmpeg that is not ffmpeg', async () => {
    await symlink('/bin/false', join(folder, 'false'));
    expect(named(await findings({ CUTROOM_FFMPEG: join(folder, 'false') }), 'ffmpeg')).toMatchObject({
      status: 'fail',
      found: 'false does not run',
    });
  });

  it('reports an input root that is no folder', async () => {
    expect(named(await findings({ CUTROOM_INPUT_ROOTS: join(folder, 'gone') }), 'inputs')).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('is no folder') as unknown,
    });
  });

  it('reports a data folder that cannot be created', async () => {
    await writeFile(join(folder, 'file'), '');
    expect(named(await findings({ CUTROOM_DATA_DIR: join(folder, 'file/data') }), 'data')).toMatchObject({
      status: 'fail',
    });
  });

  it('reports a store that another process has open, or that is no store', async () => {
    const data = join(folder, 'taken');
    await mkdir(data);
    const store = createSqliteStore({ file: join(data, 'cutroom.sqlite') });
    try {
      expect(named(await findings({ CUTROOM_DATA_DIR: data }), 'store')).toMatchObject({
        status: 'fail',
        fix: expect.stringContaining('stop the other process') as unknown,
      });
    } finally {
      await store.close();
    }
    expect(named(await findings({ CUTROOM_DATA_DIR: data }), 'store')).toMatchObject({ status: 'ok' });
    const checks = await findings({ MONGODB_URI: 'mongodb://user:secret@127.0.0.1:1/?serverSelectionTimeoutMS=100' });
    expect(named(checks, 'store')).toMatchObject({
      status: 'fail',
      fix: expect.stringContaining('replica set') as unknown,
    });
    expect(JSON.stringify(checks)).not.toContain('secret');
  });

  it('reports a port that another program uses', async () => {
    const other = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const address = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    try {
      const checks = await findings({ CUTROOM_GRPC_ADDRESS: address, CUTROOM_HTTP_ADDRESS: address });
      for (const name of ['grpc', 'http']) {
        expect(named(checks, name)).toMatchObject({
          status: 'fail',
          found: `${address} is taken by another program`,
          fix: expect.stringContaining(`CUTROOM_${name.toUpperCase()}_ADDRESS`) as unknown,
        });
      }
    } finally {
      other.close();
    }
  });

  it('reports an old Node, a full disk and too little memory', () => {
    expect([
      checkNode('20.18.3').status,
      checkNode('20.19.0').status,
      checkNode('24.1.0').status,
      checkNode('18.20.0').status,
    ]).toEqual(['fail', 'ok', 'ok', 'fail']);
    expect([judgeDisk(1e8).status, judgeDisk(2e9).status, judgeDisk(2e10).status]).toEqual(['fail', 'warn', 'ok']);
    const inspections = { atOnce: 2, bytes: 1e9 };
    const judged = (slots: number, totalBytes: number): Check =>
      judgeMemory(
        { slots, renders: { atOnce: slots, bytes: 7e9, room: { cores: slots, bytes: 7e9 } }, inspections },
        { totalBytes, freeBytes: totalBytes / 2 },
      );
    expect(judged(1, 16e9)).toMatchObject({
      status: 'ok',
      found: '16.0 GB, 8.0 GB free; each of 1 encoders may use 7.0 GB',
    });
    expect(judged(4, 2e9)).toMatchObject({ status: 'warn', fix: expect.stringContaining('CUTROOM_SLOTS') as unknown });
    expect(judged(2, 16e9)).toMatchObject({ status: 'ok' });
    expect(judged(2, 15.9e9)).toMatchObject({
      status: 'warn',
      fix: expect.stringMatching(/^leave CUTROOM_MEMORY_MB out/) as unknown,
    });
  });
});

describe('a service that runs', () => {
  it('is told with the reason for which its worker claims nothing', async () => {
    const stats = () => Promise.resolve({ queued: 0, running: 0, awaitingDelivery: 0, oldestQueuedTimeMs: null });
    const metrics = createMetrics({ stats, nowMs: () => 0 });
    const server = createHttpServer((_, answer) => {
      void metrics.render().then(({ text }) => answer.end(text));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const httpAddress = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    try {
      expect(await checkService({ httpAddress, tls: null })).toMatchObject({ status: 'ok' });
      metrics.events(recordEvents()).paused('the disk is full');
      expect(await checkService({ httpAddress, tls: null })).toMatchObject({
        status: 'warn',
        found: 'runs here, and claims no task: the disk is full',
      });
    } finally {
      server.close();
    }
  });
});

describe('cutroom doctor', () => {
  const env = () => ({
    CUTROOM_DATA_DIR: join(folder, 'data'),
    CUTROOM_INPUT_ROOTS: join(folder, 'media'),
    CUTROOM_GRPC_ADDRESS: '127.0.0.1:0',
    CUTROOM_HTTP_ADDRESS: '127.0.0.1:0',
  });

  it('ends with 0 when nothing fails, and with 1 otherwise', async () => {
    const well = await cli(['doctor'], { env: env() });
    expect(well).toMatchObject({ exitCode: 0, stderr: '' });
    expect(well.stdout).toMatch(/^ok {4}ffmpeg {10}\d/m);
    const ill = await cli(['doctor'], { env: { ...env(), CUTROOM_FFMPEG: 'no-such-ffmpeg' } });
    expect(ill.exitCode).toBe(1);
    expect(ill.stdout).toMatch(/^fail {2}ffmpeg {10}no-such-ffmpeg not found\n {22}-> install ffmpeg/m);
  });

  it('prints a check per line with --json', async () => {
    const { stdout } = await cli(['doctor', '--json'], { env: env() });
    const checks = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Check);
    expect(checks).toContainEqual({
      name: 'config',
      status: 'ok',
      found: 'every variable that is set is valid',
      fix: '',
    });
  });
});
