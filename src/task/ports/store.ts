import type { ApiKeyStore } from './api-key-store.js';
import type { DiagnosticsStore } from './diagnostics-store.js';
import type { InspectionStore } from './inspection-store.js';
import type { LeadStore } from './lead-store.js';
import type { SecretStore } from './secret-store.js';
import type { SubmitRates } from './submit-rates.js';
import type { SigningSecretStore } from './signing-secret-store.js';
import type { StepStore } from './step-store.js';
import type { TaskStore } from './task-store.js';
import type { UsageStore } from './usage-store.js';
import type { WorkerStore } from './worker-store.js';

/** A whole store. A part of the service takes only the ports that it uses. */
export interface Store
  extends
    TaskStore,
    WorkerStore,
    DiagnosticsStore,
    SecretStore,
    ApiKeyStore,
    SigningSecretStore,
    SubmitRates,
    UsageStore,
    LeadStore {
  /** Steps that workers do for each other; null: no other process works on this store. */
  readonly steps: StepStore | null;

  /** Looks at inputs that processes without ffmpeg ask of workers; null: no other process works on this store. */
  readonly inspections: InspectionStore | null;

  /** Resolves while the store answers; rejects with STORE_UNAVAILABLE otherwise. With `recent` an answer of the last two seconds will do: for readiness, which is asked all the time. */
  ping(options?: { readonly recent?: boolean }): Promise<void>;

  /** Lets go of everything. Calls after it reject. */
  close(): Promise<void>;
}
