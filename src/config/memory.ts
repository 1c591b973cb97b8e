import { availableParallelism, totalmem } from 'node:os';

/** The memory that tools may use, so that all of them together fit beside the service. */
export interface MemoryShares {
  /** Processes that encode, of all renders together, when each takes its most; and what they may take together. */
  readonly renders: Processes & { readonly room: Room };
  /** Processes that inspect inputs for callers. */
  readonly inspections: Processes;
}

/** What all processes of renders together may take of the machine. */
export interface Room {
  readonly cores: number;
  readonly bytes: number;
}

/** How many run at a time, and the most memory of each. */
export interface Processes {
  readonly atOnce: number;
  readonly bytes: number;
}

const MIB = 1024 ** 2;
/** For the service, and the cache of files. */
const LEAST_RESERVE_BYTES = 256 * MIB;
const RESERVE_PART = 1 / 8;
/** Inspections get this part of the rest at most. */
const INSPECTIONS_PART = 1 / 4;
/** Three times the memory that an image of the most pixels takes. */
const INSPECTION_BYTES = 1024 * MIB;
const MAX_INSPECTIONS = 4;
/** A process that encodes has at least this much before one more than the slots need runs at a time: long videos are rendered in several sections at once. */
const ENCODER_BYTES = 2048 * MIB;
/** With less no process would do its work: a machine that has not even this is used beyond its memory. */
const LEAST_ENCODER_BYTES = 512 * MIB;
const LEAST_INSPECTION_BYTES = 256 * MIB;

/** Memory of this machine, or of its cgroup if that has less. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  // Without a limit some kernels say 2^64.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

/** What the operator has set; null: what fits the machine. */
interface Limits {
  readonly slots: number;
  /** Of each process. */
  readonly renderBytes: number | null;
  /** Of all renders. */
  readonly cores: number | null;
}

/** Divides the memory of a machine. */
export function shareMemory(
  { slots, renderBytes, cores }: Limits,
  machine: { readonly memoryBytes: number; readonly cores: number },
): MemoryShares {
  const reserve = Math.max(LEAST_RESERVE_BYTES, machine.memoryBytes * RESERVE_PART);
  const forTools = Math.max(0, machine.memoryBytes - reserve);
  const forInspections = forTools * INSPECTIONS_PART;
  const most = Math.min(MAX_INSPECTIONS, machine.cores);
  const atOnce = Math.max(1, Math.min(most, Math.floor(forInspections / INSPECTION_BYTES)));
  const bytes = Math.max(LEAST_INSPECTION_BYTES, Math.floor(Math.min(INSPECTION_BYTES, forInspections / atOnce)));
  const forRenders = forTools - atOnce * bytes;
  // At least one for each render that the operator wants at a time.
  const more = Math.floor(forRenders / (renderBytes ?? ENCODER_BYTES));
  const encoders = Math.max(1, slots, Math.min(cores ?? machine.cores, more));
  const fitting = Math.max(LEAST_ENCODER_BYTES, Math.floor(forRenders / encoders));
  const perProcess = renderBytes ?? fitting;
  const least = Math.max(1, slots);
  const room = { cores: cores ?? Math.max(least, machine.cores), bytes: Math.max(forRenders, least * perProcess) };
  return { renders: { atOnce: encoders, bytes: perProcess, room }, inspections: { atOnce, bytes } };
}

/** The machine that this process runs on. */
export function thisMachine(): { readonly memoryBytes: number; readonly cores: number } {
  return { memoryBytes: machineMemory(), cores: availableParallelism() };
}
