import type { LeadStore } from '../task/ports/lead-store.js';

/** The lead in a store that one process alone has. @param answer refuses calls after the store is closed. */
export function soleLead(answer: <T>(call: () => T) => Promise<T>): LeadStore {
  return { lead: () => answer(() => true), resign: () => answer(() => undefined), signals: null };
}
