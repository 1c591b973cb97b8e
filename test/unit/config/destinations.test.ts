import { describe, expect, it } from 'vitest';
import { parseDestinations } from '../../../src/config/destinations.js';

describe('a file of destinations', () => {
  it('opens buckets to the tenants that it names, each under its own prefix where it says so', () => {
    const destinations = parseDestinations(`
acme-media:
  places: [ "s3://acme-videos/renders/", s3://acme-archive ]
  tenants: [acme]
  endpoint: https://minio.internal:9000
  addressing: path
  credentials: { access_key_id_env: ACME_ID, secret_access_key_env: ACME_SECRET }
shared:
  places: [ "s3://shared/{tenant}/out" ]
  tenants: all
  region: eu-central-1
  encryption: aws:kms
  kms_key: k
  credentials: { profile: shared }
`);
    expect(destinations.find('acme', 'acme-media')).toEqual({
      places: [
        { bucket: 'acme-videos', prefix: 'renders' },
        { bucket: 'acme-archive', prefix: '' },
      ],
      endpoint: 'https://minio.internal:9000',
      region: null,
      pathStyle: true,
      encryption: null,
      kmsKey: null,
      credentials: { from: 'env', accessKeyId: 'ACME_ID', secretAccessKey: 'ACME_SECRET', sessionToken: null },
    });
    expect(destinations.find('other', 'acme-media')).toBeNull();
    expect(destinations.find('acme', 'else')).toBeNull();
    expect(destinations.find('other', 'shared')).toMatchObject({
      places: [{ bucket: 'shared', prefix: 'other/out' }],
      encryption: 'aws:kms',
      credentials: { from: 'profile', profile: 'shared' },
    });
    // Its client is kept by the object.
    expect(destinations.find('other', 'shared')).toBe(destinations.find('other', 'shared'));
  });

  it('names every problem with its path, and no value of a secret', () => {
    const text = `
"a b": { places: [s3://abc], tenants: all }
b:
  places: [https://x, s3://UPPER]
  endpoint: https://user:hunter2@host
  tenant: [acme]
  kms_key: k
  credentials: { access_key_id_env: "AKIA/secret", profile: p }
`;
    let message = '';
    try {
      parseDestinations(text);
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.split('; ').map((problem) => problem.split(':')[0])).toEqual([
      ...['a b', 'b.tenant', 'did you mean tenants?', 'b.kms_key', 'b.tenants', 'b.places[0]', 'b.places[1]'],
      ...['b.endpoint', 'b.credentials.access_key_id_env'],
    ]);
    expect(message).not.toMatch(/hunter2|AKIA/);
  });
});
