import { describe, expect, it } from 'vitest';
import { CallError } from '../../../src/task/call-error.js';
import type { LimitedInspector } from '../../../src/task/ports/media-inspector.js';
import type { MediaUploads } from '../../../src/task/ports/media-uploads.js';
import { acceptUpload } from '../../../src/task/use-cases/accept-upload.js';

const unused = () => Promise.reject(new Error('not asked for here'));
const uploads: MediaUploads = {
  receive: unused,
  list: unused,
  total: unused,
  remove: unused,
  removeExpired: unused,
};

describe('an upload', () => {
  it('is refused before its bytes are read when too many inspections wait', async () => {
    const inspector: LimitedInspector = {
      probe: unused,
      check: unused,
      resolve: unused,
      requireRoom() {
        throw new CallError({ reason: 'INSPECTIONS_BUSY' });
      },
      isThere: () => Promise.resolve(true),
    };
    let isRead = false;
    const bytes = {
      async *[Symbol.asyncIterator]() {
        isRead = true;
        yield* await Promise.resolve([Buffer.from('x')]);
      },
    };
    const upload = { tenant: 'acme', kind: 'visual', folder: 'f', name: 'a.png', bytes, maxBytes: 10 } as const;
    const accepted = acceptUpload(
      { uploads: { of: () => uploads }, inspectors: { of: () => inspector }, quotas: null },
      upload,
      new AbortController().signal,
    );
    await expect(accepted).rejects.toMatchObject({ detail: { reason: 'INSPECTIONS_BUSY' } });
    expect(isRead).toBe(false);
  });
});
