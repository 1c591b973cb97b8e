import type { Binary, Collection } from 'mongodb';
import type { WorkerInfo } from '../../task/ports/worker-store.js';
import type { ApiKeyDocument } from './api-keys.js';
import type { Clients } from './clients.js';
import type { LeadDocument } from './lead.js';
import { INSPECTIONS, type InspectionDocument } from './inspections.js';
import { SUBMIT_RATES } from './submit-rates.js';
import type { SigningSecretDocument } from './signing-secrets.js';
import type { StepDocument } from './steps.js';
import type { SpecDocument, TaskDocument } from './task-document.js';
import type { UsageDocument } from './usage.js';

export interface SecretDocument {
  readonly _id: string;
  readonly value: Binary;
}

/** The diagnostics of an attempt, beside the task: a document of its own, so that a progress write does not carry it. */
export interface DiagnosticsDocument {
  readonly _id: TaskDocument['_id'];
  readonly diagnostics: string;
  /** Of the attempt that left them; absent in those of versions before fences were kept. */
  readonly fence?: number;
}

/** A worker that has announced itself. */
export interface WorkerDocument extends Omit<WorkerInfo, 'owner'> {
  readonly _id: string;
  /** By the server's clock. */
  readonly lease_expires: Date;
  /** Absent: its version looks for specs in tasks only. */
  readonly readsSpecs?: true;
}

/** How far a database has come from the old shape of tasks; see `upgrade.ts`. */
export interface SchemaDocument {
  readonly _id: 'schema';
  /** When this version first opened the database, by the server's clock. */
  readonly since: Date;
}

/** The collections of one database, by client. */
export interface Collections {
  readonly tasks: Collection<TaskDocument>;
  /** The same collection over the connections of the lease writes. */
  readonly leases: Collection<TaskDocument>;
  /** The same collection over the connections of the change stream. */
  readonly feed: Collection<TaskDocument>;
  readonly specs: Collection<SpecDocument>;
  readonly secrets: Collection<SecretDocument>;
  readonly diagnostics: Collection<DiagnosticsDocument>;
  readonly workers: Collection<WorkerDocument>;
  readonly steps: Collection<StepDocument>;
  /** The same collection over the connections of the change streams. */
  readonly stepFeed: Collection<StepDocument>;
  readonly inspections: Collection<InspectionDocument>;
  readonly apiKeys: Collection<ApiKeyDocument>;
  readonly signingSecrets: Collection<SigningSecretDocument>;
  readonly schema: Collection<SchemaDocument>;
  readonly leads: Collection<LeadDocument>;
  readonly usage: Collection<UsageDocument>;
  /** Belongs to `submit-rates.ts`. */
  readonly submitRates: Collection;
}

const TASKS = 'tasks';
const STEPS = 'steps';

export function collectionsOf({ main, leases, feed, database }: Clients): Collections {
  return {
    tasks: main.db(database).collection<TaskDocument>(TASKS),
    leases: leases.db(database).collection<TaskDocument>(TASKS),
    feed: feed.db(database).collection<TaskDocument>(TASKS),
    specs: main.db(database).collection<SpecDocument>('specs'),
    secrets: main.db(database).collection<SecretDocument>('secrets'),
    diagnostics: main.db(database).collection<DiagnosticsDocument>('diagnostics'),
    apiKeys: main.db(database).collection<ApiKeyDocument>('api_keys'),
    signingSecrets: main.db(database).collection<SigningSecretDocument>('signing_secrets'),
    workers: main.db(database).collection<WorkerDocument>('workers'),
    steps: main.db(database).collection<StepDocument>(STEPS),
    stepFeed: feed.db(database).collection<StepDocument>(STEPS),
    inspections: main.db(database).collection<InspectionDocument>(INSPECTIONS),
    schema: main.db(database).collection<SchemaDocument>('schema'),
    leads: main.db(database).collection<LeadDocument>('leads'),
    usage: main.db(database).collection<UsageDocument>('usage'),
    submitRates: main.db(database).collection(SUBMIT_RATES),
  };
}
