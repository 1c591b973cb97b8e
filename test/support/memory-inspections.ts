import type {
  InspectionClaim,
  InspectionListener,
  InspectionRequest,
  InspectionStore,
} from '../../src/task/ports/inspection-store.js';

interface Entry {
  readonly request: InspectionRequest;
  readonly expiresMs: number;
  claimId: string | null;
  leaseExpiresMs: number;
  answer: string | null;
}

/** The model of an InspectionStore. @param answer makes a call of the store. */
export function createMemoryInspections(
  nowMs: () => number,
  answer: <T>(call: () => T) => Promise<T>,
): InspectionStore {
  const entries = new Map<string, Entry>();
  const listeners = new Set<InspectionListener>();
  const tell = (id: string, state: 'OPEN' | 'ANSWERED' | 'GONE'): void => {
    for (const listener of listeners) listener.onChange(id, state);
  };
  const held = ({ request, claimId }: InspectionClaim): Entry | null => {
    const entry = entries.get(request.id);
    return entry?.answer === null && entry.claimId === claimId ? entry : null;
  };
  const open = (entry: Entry): void => {
    entry.claimId = null;
    tell(entry.request.id, 'OPEN');
  };
  return {
    ask: (request, { ttlMs }) =>
      answer(() => {
        if (entries.has(request.id)) return;
        entries.set(request.id, {
          ...{ request, expiresMs: nowMs() + ttlMs },
          ...{ claimId: null, leaseExpiresMs: 0, answer: null },
        });
        tell(request.id, 'OPEN');
      }),
    claim: ({ claimId, leaseMs }) =>
      answer(() => {
        const entry = [...entries.values()].find((one) => one.claimId === null && one.expiresMs > nowMs());
        if (!entry) return null;
        Object.assign(entry, { claimId, leaseExpiresMs: nowMs() + leaseMs });
        return { request: entry.request, claimId };
      }),
    renew: (claim, { leaseMs }) =>
      answer(() => {
        const entry = held(claim);
        if (entry) entry.leaseExpiresMs = nowMs() + leaseMs;
        return entry !== null;
      }),
    answer: (claim, text) =>
      answer(() => {
        const entry = held(claim);
        if (!entry) return false;
        entry.answer = text;
        tell(claim.request.id, 'ANSWERED');
        return true;
      }),
    giveBack: (claim) =>
      answer(() => {
        const entry = held(claim);
        if (entry) open(entry);
      }),
    look: (id) =>
      answer(() => {
        const entry = entries.get(id);
        if (!entry) return null;
        if (entry.answer === null && entry.claimId !== null && entry.leaseExpiresMs <= nowMs()) open(entry);
        return { isTaken: entry.answer === null && entry.claimId !== null, answer: entry.answer };
      }),
    remove: (id) =>
      answer(() => {
        if (entries.delete(id)) tell(id, 'GONE');
      }),
    follow: (listener) => {
      const entry = { ...listener };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },
  };
}
