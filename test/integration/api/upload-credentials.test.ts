import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { authenticated, KEYS_ONLY, storeKey } from '../../support/api-keys.js';
import { eventually } from '../../support/eventually.js';
import { type ApiUnderTest, startApiUnderTest } from './api-under-test.js';

let api: ApiUnderTest;
afterEach(() => api.stop());

/** Begins an upload and leaves it open. */
function beginUpload(key: string) {
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'multipart/form-data; boundary=b' };
  const call = request(`${api.httpUrl}/api/v1/musics`, { method: 'POST', headers });
  // The server may close before the rest is sent.
  call.on('error', () => undefined);
  call.write(
    '--b\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\nContent-Type: audio/mpeg\r\n\r\nsome bytes',
  );
  return call;
}

const arriving = async () => (await readdir(`${api.uploadsFolder}/.incoming`)).length;

it('ends an upload under way once its credentials are revoked, and keeps nothing of it', async () => {
  const unused = () => Promise.reject(new Error('no whole file arrives here'));
  api = await startApiUnderTest({
    withStore: (store) => authenticated(store, KEYS_ONLY),
    inspector: {
      probe: unused,
      check: unused,
      resolve: unused,
      requireRoom: () => undefined,
      isThere: () => Promise.resolve(true),
    },
  });
  const { text, id } = await storeKey(api.store);
  const call = beginUpload(text);
  const answered = once(call, 'response') as Promise<[IncomingMessage]>;
  await eventually('the upload arrives', async () => (await arriving()) === 1);
  await api.store.revokeApiKey(id, Date.now());
  const revokedMs = Date.now();
  await eventually('the upload is gone', async () => (await arriving()) === 0);
  expect(Date.now() - revokedMs).toBeLessThan(5_000);
  // The answer comes once the server has waited for the rest of the body, as it does for every refused upload.
  const [answer] = await answered;
  expect(answer.statusCode).toBe(401);
  call.destroy();
});
