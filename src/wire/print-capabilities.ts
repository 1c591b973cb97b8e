import type { Capabilities, FfmpegBuild } from '../../generated/cutroom/v1/media.js';
import { Transition_Kind } from '../../generated/cutroom/v1/montage.js';
import { MAX_VIDEO_US } from '../composition/montage/expand-montage.js';
import { TRANSITION_KINDS } from '../composition/transition-kinds.js';
import type { WorkerBuild, WorkerInfo } from '../task/ports/worker-store.js';
import { printDuration } from './print-duration.js';
import { MAX_MATERIALS, RESOLUTION } from './render-spec/parse-montage.js';

/** The capabilities of every worker of this version, with any ffmpeg. */
export interface EngineFacts {
  /** Font families that captions are set in. */
  readonly fonts: readonly string[];
  /** File names of the operator's fonts, which requests may name. */
  readonly fontFiles: readonly string[];
  readonly maxInputPixels: number;
}

/** The capabilities of the living workers, as callers see them. */
export function printCapabilities(workers: readonly WorkerInfo[], facts: EngineFacts): Capabilities {
  return {
    builds: printBuilds(workers),
    transitions: TRANSITIONS,
    xfadeTransitions: [...TRANSITION_KINDS],
    fonts: [...facts.fonts],
    fontFiles: [...facts.fontFiles],
    limits: {
      maxMaterials: MAX_MATERIALS,
      maxDuration: printDuration(MAX_VIDEO_US),
      minResolution: RESOLUTION.min,
      maxResolution: RESOLUTION.max,
      maxInputPixels: BigInt(facts.maxInputPixels),
    },
    slots: workers.reduce((sum, { slots }) => sum + slots, 0),
  };
}

/** The values of the contract that stand for a transition. */
const TRANSITIONS: string[] = Object.keys(Transition_Kind).filter((name) => /^KIND_(?!UNSPECIFIED)/.test(name));

function printBuilds(workers: readonly WorkerInfo[]): FfmpegBuild[] {
  const builds = new Map<string, FfmpegBuild>();
  for (const { build } of workers) {
    if (!build) continue;
    const name = JSON.stringify(build);
    const known = builds.get(name) ?? printBuild(build);
    builds.set(name, { ...known, workers: known.workers + 1 });
  }
  return [...builds.values()].sort((a, b) => (a.version < b.version ? -1 : 1));
}

function printBuild({ version, encoders, decoders, ...build }: WorkerBuild): FfmpegBuild {
  return {
    ...{ version, encoders: [...encoders], decoders: [...decoders], workers: 0 },
    h264Encoder: build.h264Encoder ?? '',
    hevcEncoder: build.hevcEncoder ?? '',
    failedEncoders: (build.failedEncoders ?? []).map(({ encoder, reason }) => ({ encoder, reason })),
  };
}
