import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.js';
import { type ParsedDestinations, parseDestinations } from '../config/destinations.js';
import type { BucketPlace } from '../media/s3/bucket-destination.js';
import { type Check, fail, messageOf, ok } from './check.js';

const TIMEOUTS = { connectMs: 5_000, idleMs: 5_000 };

/** The buckets that outputs may be put to and inputs read from: whether the file can be used, and there are credentials for each. They are not asked for anything. */
export async function checkDestinations({
  destinationsFile: file,
}: Pick<Config, 'destinationsFile'>): Promise<Check[]> {
  if (file === null) return [];
  try {
    const { entries } = parseDestinations(await readFile(file, 'utf8'));
    return await Promise.all(entries.map(checkEntry));
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

async function checkEntry({ name, destination, inputs }: ParsedDestinations['entries'][number]): Promise<Check> {
  const { createBucketClient } = await import('../media/s3/bucket-client.js');
  const client = createBucketClient(destination, TIMEOUTS);
  try {
    await client.config.credentials();
    await client.config.region();
    return ok(
      'buckets',
      `${name}: ${[...listed('outputs to', destination.places), ...listed('inputs from', inputs)].join('; ')}`,
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

function listed(verb: string, places: readonly BucketPlace[]): string[] {
  if (places.length === 0) return [];
  return [`${verb} ${places.map(({ bucket, prefix }) => `s3://${bucket}/${prefix}`).join(', ')}`];
}
