import { RenderError } from '../../task/failure.js';
import type { FailedEncoder } from '../../task/ports/worker-store.js';
import { withoutAddressLimit } from '../cage.js';
import { H264, HEVC } from '../outputs/codecs/video.js';
import type { VideoCoding } from '../outputs/output-profile.js';
import type { StandIns } from '../outputs/stand-ins.js';
import type { Toolchain } from '../toolchain.js';
import type { Candidate, Codec } from './candidate.js';
import { candidatesOf, FAMILIES, type Family } from './families.js';
import { tryEncoder, type TrialContext } from './try-encoder.js';

/** The operator's choice. */
export interface HardwareSettings {
  /** `auto`: the first that works. */
  readonly encoder: 'none' | 'auto' | Family;
  /** The path of the device; null: the first that ffmpeg finds. */
  readonly device: string | null;
}

/** The hardware encoders of this machine that work, by trial. */
export interface Hardware {
  /** That of renders. */
  readonly toolchain: Toolchain;
  /** Empty: all is encoded by software. */
  readonly standIns: StandIns;
  /** Those that were tried before, or beside, the ones that work. */
  readonly failed: readonly FailedEncoder[];
}

/**
 * Tries the encoders that the operator allows: a family counts when its encoder of H.264 works; its encoder of HEVC is tried then.
 * @throws the reason of the signal when it fires.
 */
export async function findHardware({ encoder, device }: HardwareSettings, context: TrialContext): Promise<Hardware> {
  const failed: FailedEncoder[] = [];
  const { toolchain } = context;
  const families = encoder === 'none' ? [] : encoder === 'auto' ? FAMILIES : [encoder];
  for (const family of families) {
    const first = await firstOf(family, 'H264');
    if (!first) continue;
    const other = await firstOf(family, 'HEVC');
    const standIns = new Map([[H264, first.coding], ...(other ? [[HEVC, other.coding] as const] : [])]);
    return { toolchain: first.toolchain, standIns, failed };
  }
  return { toolchain, standIns: new Map(), failed };

  async function firstOf(family: Family, codec: Codec) {
    const reasons = new Set<string>();
    const candidates = candidatesOf(family, codec, device);
    for (const candidate of candidates) {
      const tools = candidate.reservesAddresses ? withoutAddressLimit(toolchain) : toolchain;
      const tried = await tryCandidate(codec, candidate, { ...context, toolchain: tools });
      if (typeof tried !== 'string') return { coding: tried, toolchain: tools };
      reasons.add(tried);
    }
    const [named] = candidates;
    if (named) failed.push({ encoder: named.encoder, reason: [...reasons].join('; ') });
    return null;
  }
}

/** @returns its coding; a text: why it does not work. */
async function tryCandidate(
  codec: Codec,
  { encoder, coding }: Candidate,
  context: TrialContext,
): Promise<VideoCoding | string> {
  if (!context.toolchain.encoders.has(encoder)) return 'this ffmpeg does not have it';
  try {
    return await tryEncoder(codec, coding, context);
  } catch (error) {
    context.signal.throwIfAborted();
    if (error instanceof RenderError) return error.failure.message;
    throw error;
  }
}

/** The encoders of a codec and of outputs, by ffmpeg's names; null: there is none. */
export function encoderNames({ toolchain, standIns }: Hardware): {
  readonly h264: string;
  readonly hevc: string | null;
} {
  const nameOf = (coding: VideoCoding) => standIns.get(coding)?.device?.encoder;
  return {
    h264: nameOf(H264) ?? 'libx264',
    hevc: nameOf(HEVC) ?? (toolchain.encoders.has('libx265') ? 'libx265' : null),
  };
}
