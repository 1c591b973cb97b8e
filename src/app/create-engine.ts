import path from 'node:path';
import type { Config } from '../config/config.js';
import { findToolchain, workerBuildOf } from '../engine/capabilities.js';
import { encoderNames, findHardware, type Hardware } from '../engine/hardware/find-hardware.js';
import type { NamedFont } from '../engine/captions/font-folder.js';
import { prepareFonts } from '../engine/captions/fonts.js';
import { createAssistant } from '../engine/assistant.js';
import { createInspector } from '../engine/inspector.js';
import { createRenderer } from '../engine/renderer.js';
import type { FileHashes } from '../engine/reuse/file-identity.js';
import type { Supervise } from '../engine/process/supervisor.js';
import { createSeats } from '../engine/steps/seats.js';
import type { CageLayer } from '../engine/toolchain.js';
import { createInspectionPool } from '../media/inspection-pool.js';
import { perTenant } from '../media/tenant-media.js';
import type { Logger } from '../observability/logger.js';
import { systemClock } from './system-clock.js';
import { createGate } from '../task/gate.js';
import type { ArtifactStore } from '../task/ports/artifact-store.js';
import type { AssetSource } from '../task/ports/asset-source.js';
import type { Assistant } from '../task/ports/assistant.js';
import type { LimitedInspector } from '../task/ports/media-inspector.js';
import type { PerTenant } from '../task/ports/per-tenant.js';
import type { OutputStore } from '../task/ports/output-store.js';
import type { Renderer } from '../task/ports/renderer.js';
import type { WorkerBuild } from '../task/ports/worker-store.js';

/** What this process can do with media, since it has an ffmpeg. */
export interface Engine {
  readonly renderer: Renderer;
  readonly assistant: Assistant;
  readonly inspectors: PerTenant<LimitedInspector>;
  /** Of the inspectors together. */
  readonly inspectionsAtOnce: number;
  readonly build: WorkerBuild;
  /** The protections around its tools. */
  readonly cage: readonly CageLayer[];
}

export interface EngineDeps {
  readonly config: Pick<Config, 'ffmpeg' | 'ffprobe' | 'hardware' | 'watchdog' | 'renders' | 'inspections' | 'dataDir'>;
  readonly logger: Logger;
  /** A render and an inspection see those of their tenant alone. */
  readonly assets: PerTenant<AssetSource>;
  readonly outputs: OutputStore;
  /** Results of earlier steps; null: every step is done anew. */
  readonly artifacts: ArtifactStore | null;
  /** Runs the tools of renders and inspections. */
  readonly supervise: Supervise;
  /** The operator's. */
  readonly fonts: readonly NamedFont[];
  /** A folder of this process alone. */
  readonly scratchRoot: string;
}

/** How long a hung process uses neither CPU nor input nor output before it is believed to be. */
const QUIET_MS = 10_000;
/** Inspections under way for each of their processes: some only wait for a download. */
const INSPECTIONS_PER_PROCESS = 4;
export const MAX_WAITING_INSPECTIONS = 32;

/** Puts the engine together. @throws RenderError FFMPEG_MISSING, whose message says what to install. */
export async function createEngine({
  config,
  logger,
  assets,
  outputs,
  artifacts,
  supervise,
  fonts: named,
  scratchRoot,
}: EngineDeps): Promise<Engine> {
  const { signal } = new AbortController();
  const toolchain = await findToolchain(
    { ffmpeg: config.ffmpeg, ffprobe: config.ffprobe, memoryBytes: config.renders.bytes },
    signal,
  );
  const cage = Object.fromEntries(toolchain.cage.map(({ name, active }) => [name, active]));
  logger.info({ ffmpeg: toolchain.version, cage }, 'ffmpeg found');
  const hardware = await findHardware(config.hardware, { toolchain, supervise, signal });
  if (config.hardware.encoder !== 'none') logHardware(hardware, logger);
  const fonts = await prepareFonts(path.join(config.dataDir, 'fonts'), named);
  const { renders, inspections } = config;
  const { stallMs, noProgressMs, totalMs } = config.watchdog;
  const clocks = { stallMs, quietMs: Math.min(stallMs, QUIET_MS), noProgressMs, totalMs, maxRssBytes: renders.bytes };
  const seats = createSeats(renders.room);
  const gate = createGate({ atOnce: inspections.atOnce });
  const hashes: FileHashes = new Map();
  const running = { toolchain, supervise };
  const shared = { ...running, fonts, outputs, artifacts, hashes, scratchRoot, clocks, seats, log: logger };
  const rendering = { ...shared, toolchain: hardware.toolchain, standIns: hardware.standIns };
  const renderers = perTenant((tenant) => createRenderer({ ...rendering, assets: assets.of(tenant) }));
  const assistants = perTenant((tenant) => createAssistant({ ...rendering, assets: assets.of(tenant) }));
  const inspectionsAtOnce = inspections.atOnce * INSPECTIONS_PER_PROCESS;
  return {
    inspectionsAtOnce,
    renderer: { render: (job, hooks) => renderers.of(job.key.tenant).render(job, hooks) },
    assistant: {
      atOnce: seats.most,
      assist: (job, signal, work) => assistants.of(job.key.tenant).assist(job, signal, work),
    },
    inspectors: createInspectionPool({
      inspectors: perTenant((tenant) =>
        createInspector({
          ...running,
          assets: assets.of(tenant),
          scratchRoot,
          clocks: { ...clocks, maxRssBytes: Math.min(renders.bytes, inspections.bytes) },
          renderMemoryBytes: renders.bytes,
          gate,
          newName: () => systemClock.newAttemptId(),
        }),
      ),
      atOnce: inspectionsAtOnce,
      maxWaiting: MAX_WAITING_INSPECTIONS,
    }),
    build: workerBuildOf(hardware),
    cage: toolchain.cage,
  };
}

function logHardware(hardware: Hardware, logger: Logger): void {
  const { failed, standIns } = hardware;
  const fields = {
    encoders: encoderNames(hardware),
    failed: Object.fromEntries(failed.map(({ encoder, reason }) => [encoder, reason])),
  };
  if (standIns.size > 0) logger.info(fields, 'hardware encoder found');
  else logger.warn(fields, 'no hardware encoder works, and videos are encoded by software');
}
