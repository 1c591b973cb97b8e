import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { eventually } from '../support/eventually.js';
import { skipWithoutMongod } from '../support/mongod.js';
import { signedHeaders, startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.js';
import { deploy, get, submit, watchToEnd, type Backend, type Deployment, type ForeignTask } from './deployment.js';

const backends: Backend[] = skipWithoutMongod() ? ['SQLite'] : ['SQLite', 'MongoDB'];

interface Notified extends ForeignTask {
  readonly deliveries: readonly { readonly state: string; readonly attempts: number; readonly reason: string }[];
}

describe.each(backends)('a service on %s with a task that tells of its end', (backend) => {
  let place: Deployment;
  let receiver: WebhookReceiver;
  beforeEach(async () => {
    [place, receiver] = await Promise.all([deploy(backend), startWebhookReceiver()]);
    await place.media.image('a.png', { size: '64x64', colors: ['c81e1e', 'c81e1e', 'c81e1e', 'c81e1e'] });
  });
  afterEach(async () => {
    await place.close();
    await receiver.down().catch(() => undefined);
  });

  it('delivers it after kill -9 between the end and the delivery, from a process without workers, signed', async () => {
    const env = { CUTROOM_HTTP_ALLOW: '127.0.0.1', CUTROOM_PUBLIC_URL: 'https://videos.test' };
    const first = await place.start(env);
    const client = place.client(first);
    const made = (await client.call('CreateSigningSecret', {
      signing_secret: { display_name: 'studio', tenant: 'default' },
    })) as unknown as { secret: string; signing_secret: { name: string } };
    await receiver.down();
    const montage = { materials: [{ uri: 'a.png' }], longest_clip: { seconds: 1 }, resolution: 144 };
    const notify = [{ url: receiver.url, secret: made.signing_secret.name }];
    const { name } = await submit(client, montage, { notify });
    await watchToEnd(client, name);
    const [failed] = await eventually('an attempt that failed', async () => {
      const { deliveries } = (await get(client, name)) as Notified;
      return deliveries[0]?.reason === 'CONNECTION_FAILED' ? deliveries : null;
    });
    expect(failed).toMatchObject({ state: 'PENDING', attempts: 1 });
    await first.kill();

    await receiver.up();
    const second = place.client(await place.start({ ...env, CUTROOM_SLOTS: '0' }));
    await eventually('the delivery', async () => {
      const { deliveries } = (await get(second, name)) as Notified;
      return deliveries[0]?.state === 'DELIVERED';
    });
    expect(receiver.hooks).toHaveLength(1);
    const [hook] = receiver.hooks;
    expect(new Webhook(made.secret).verify(hook!.body, signedHeaders(hook!))).toMatchObject({
      type: 'task.ended',
      data: {
        name,
        state: 'SUCCEEDED',
        videos: [expect.stringMatching(/^https:\/\/videos\.test\/tasks\/.*signature=/)],
      },
    });
  });
});
