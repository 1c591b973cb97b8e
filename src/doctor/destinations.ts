import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import { parseDestinations } from '../config/destinations.js';
import { createBucketClient } from '../media/s3/bucket-client.js';
import type { BucketDestination } from '../media/s3/bucket-destination.js';
import { type Check, fail, messageOf, ok } from './check.js';

const TIMEOUTS = { connectMs: 5_000, idleMs: 5_000 };

/** The buckets that outputs may be put to: whether the file can be used, and there are credentials for each. Nothing is put to them. */
export async function checkDestinations({
  destinationsFile: file,
}: Pick<Config, 'destinationsFile'>): Promise<Check[]> {
  if (file === null) return [];
  try {
    const { entries } = parseDestinations(await readFile(file, 'utf8'));
    return await Promise.all(entries.map(({ name, destination }) => checkDestination(name, destination)));
  } catch (error) {
    return [
      fail(
        'buckets',
        messageOf(error),
        'correct the file that CUTROOM_DESTINATIONS_FILE names; docs/access.md has an example',
      ),
    ];
  }
}

async function checkDestination(name: string, destination: BucketDestination): Promise<Check> {
  const client = createBucketClient(destination, TIMEOUTS);
  try {
    await client.config.credentials();
    await client.config.region();
    return ok(
      'buckets',
      `${name}: ${destination.places.map(({ bucket, prefix }) => `s3://${bucket}/${prefix}`).join(', ')}`,
    );
  } catch (error) {
    return fail(
      'buckets',
      `${name}: ${messageOf(error)}`,
      `correct credentials or region of ${name} in CUTROOM_DESTINATIONS_FILE`,
    );
  } finally {
    client.destroy();
  }
}
