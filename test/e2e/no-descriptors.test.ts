import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect as connectSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createMediaKit, type MediaKit } from '../fixtures/media-kit.js';
import { eventually } from '../support/eventually.js';
import { connect, decodeError, type ForeignClient } from '../support/foreign-client.js';
import { spawnService, type SpawnedService } from '../support/spawned-service.js';
import { get, submit } from './deployment.js';
import type { ServiceError } from '@grpc/grpc-js';

const montage = { materials: [{ uri: 'clip.mp4' }], longest_clip: { seconds: 1 }, resolution: 240 };
const UNAVAILABLE = 14;
const RESOURCE_EXHAUSTED = 8;

let media: MediaKit;
let dataDir: string;
let service: SpawnedService;
let client: ForeignClient;

beforeEach(async () => {
  media = await createMediaKit();
  dataDir = await mkdtemp(join(tmpdir(), 'cutroom-e2e-'));
  await media.video('clip.mp4', { size: '320x180', colors: ['ff0000'], secondsEach: 1 });
  const env = { CUTROOM_DATA_DIR: dataDir, CUTROOM_INPUT_ROOTS: media.folder };
  service = await spawnService(env, { openFiles: 128 });
  client = connect(service.grpc);
});
afterEach(async () => {
  client.close();
  await service.kill();
  await media.remove();
  await rm(dataDir, { recursive: true, force: true });
});

it('the service survives more connections than it has descriptors for, refuses the rest, and blames no caller', async () => {
  // The client's connection is there first.
  const first = await submit(client, montage);
  const { port, hostname } = new URL(service.http);
  const sockets: Socket[] = [];
  let closed = 0;
  for (let n = 0; n < 200; n += 1) {
    const socket = connectSocket(Number(port), hostname);
    socket.on('error', () => undefined).on('close', () => (closed += 1));
    sockets.push(socket);
    await Promise.race([once(socket, 'connect'), once(socket, 'close')]);
  }
  await eventually('connections are refused', () => closed > 150);
  const names: string[] = [];
  for (let n = 0; n < 20; n += 1) {
    try {
      names.push((await submit(client, montage)).name);
    } catch (error) {
      const { code, details } = decodeError(error as ServiceError);
      expect([UNAVAILABLE, RESOURCE_EXHAUSTED]).toContain(code);
      expect(Object.keys(details)).toContain('google.rpc.RetryInfo');
    }
  }
  for (const socket of sockets) socket.destroy();
  for (const name of [first.name, ...names]) {
    await eventually(
      'its end',
      async () => {
        const { state, error } = await get(client, name);
        expect(error ?? null).toBeNull();
        return state === 'SUCCEEDED';
      },
      120_000,
    );
  }
});
