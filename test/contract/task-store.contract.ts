import { describe } from 'vitest';
import { describeApiKeys } from './task-store.api-keys.js';
import { describeDeliveries } from './task-store.deliveries.js';
import { describeDocuments } from './task-store.documents.js';
import { describeHousekeeping } from './task-store.housekeeping.js';
import { describeFeed } from './task-store.feed.js';
import { describeLead } from './task-store.lead.js';
import { describeLeases } from './task-store.leases.js';
import { describeModel } from './task-store.model.js';
import { describeQueries } from './task-store.queries.js';
import { describeSigningSecrets } from './task-store.signing-secrets.js';
import { describeUrlKeys } from './task-store.url-keys.js';
import { describeUsage } from './task-store.usage.js';
import type { StoreKind } from './store-under-test.js';

/** What every Store must do: the same suite for each of them. */
export function describeTaskStore(kind: StoreKind, options: { skip?: boolean } = {}): void {
  describe.skipIf(options.skip)(`Store: ${kind.name}`, () => {
    describeDocuments(kind);
    describeQueries(kind);
    describeLead(kind);
    describeLeases(kind);
    describeFeed(kind);
    describeHousekeeping(kind);
    describeApiKeys(kind);
    describeSigningSecrets(kind);
    describeDeliveries(kind);
    describeUrlKeys(kind);
    describeUsage(kind);
    describeModel(kind);
  });
}
