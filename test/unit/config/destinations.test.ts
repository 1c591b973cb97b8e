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

  it('opens buckets to be read from, also without any to be put to', () => {
    const destinations = parseDestinations(`
both: { places: ["s3://videos/out"], inputs: ["s3://videos/raw", "s3://media/{tenant}"], tenants: [acme, other] }
inputs-only: { inputs: [s3://archive], tenants: all, region: eu-central-1 }
outputs-only: { places: [s3://archive], tenants: all }
`);
    const acme = destinations.inputsOf('acme');
    expect(acme.map(({ places }) => places)).toEqual([
      [
        { bucket: 'videos', prefix: 'raw' },
        { bucket: 'media', prefix: 'acme' },
      ],
      [{ bucket: 'archive', prefix: '' }],
    ]);
    expect(acme[1]!.access).toMatchObject({ region: 'eu-central-1' });
    // Its client is kept by the object.
    expect(destinations.inputsOf('other').map(({ access }) => access)).toEqual(acme.map(({ access }) => access));
    expect(destinations.inputsOf('acme')[0]!.access).toBe(acme[0]!.access);
    expect(destinations.inputsOf('nobody')).toHaveLength(1);
    expect(destinations.find('acme', 'both')).toMatchObject({ places: [{ bucket: 'videos', prefix: 'out' }] });
    expect(destinations.find('acme', 'inputs-only')).toBeNull();
  });

  it('refuses a place that two entries would read for one tenant, and inputs that are no places', () => {
    const problemsOf = (text: string) => {
      try {
        parseDestinations(text);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    const entry = (tenants: string) => `{ inputs: [s3://one, s3://two], tenants: ${tenants} }`;
    expect(problemsOf(`a: ${entry('[acme]')}\nb: ${entry('[other]')}`)).toBe('');
    expect(problemsOf(`a: ${entry('[acme]')}\nb: ${entry('all')}`)).toBe(
      'b.inputs[0]: a has this place too, for the same tenants; b.inputs[1]: a has this place too, for the same tenants',
    );
    expect(problemsOf('a: { inputs: [], tenants: all }')).toContain('a.inputs: must be a list of places');
    expect(problemsOf('a: { inputs: [x], tenants: all }')).toContain('a.inputs[0]: must be s3://BUCKET');
    expect(problemsOf('a: { tenants: all }')).toContain('a.places: must be a list of places');
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
