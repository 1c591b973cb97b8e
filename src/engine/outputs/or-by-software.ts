import type { OutputSpec } from '../../composition/output-spec.js';
import type { Warning } from '../../composition/warning.js';
import { RenderError, type FailureReason } from '../../task/failure.js';
import type { RendererOptions } from '../renderer-options.js';
import type { MadeOutputs, OutputContext } from './make-outputs.js';
import { areUsed, NO_STAND_INS } from './stand-ins.js';

/** Failures that a device or its driver can be behind. Lost sessions are ENOMEM to ffmpeg, and a device that hangs is found by the clocks. */
const OF_DEVICES: ReadonlySet<FailureReason> = new Set([
  ...(['RENDER_FAILED', 'OUTPUT_MISMATCH', 'OUT_OF_MEMORY', 'STALLED', 'NO_PROGRESS'] as const),
]);

/**
 * Makes the outputs of an attempt by hardware where it works here. When that fails they are made once more, all of them by software: parts of one video are joined as they
 * are, so that one encoder must have made them all. Where the fault is not the device's, the second try fails in the same way and tells it.
 * @param make makes them in one way; when it throws, nothing of them is left.
 */
export async function orBySoftware(
  specs: readonly OutputSpec[],
  { standIns, log }: Pick<RendererOptions, 'standIns' | 'log'>,
  signal: AbortSignal,
  make: (way: Pick<OutputContext, 'standIns'> & Partial<Pick<OutputContext, 'helpers'>>) => Promise<MadeOutputs>,
): Promise<MadeOutputs> {
  if (!areUsed(standIns, specs)) return make({ standIns: NO_STAND_INS });
  try {
    return await make({ standIns });
  } catch (error) {
    if (signal.aborted || !(error instanceof RenderError) || !OF_DEVICES.has(error.failure.reason)) throw error;
    log?.warn({ err: error }, 'the hardware encoder failed, and the videos are encoded by software');
    // Others have been asked for sections by the hardware encoder, and are not asked again.
    const made = await make({ standIns: NO_STAND_INS, helpers: null });
    return { ...made, warnings: [warningOf(error), ...made.warnings] };
  }
}

function warningOf({ failure }: RenderError): Warning {
  const message = `the hardware encoder failed (${failure.message}); the videos were encoded by software`;
  return { code: 'HARDWARE_ENCODER_FAILED', message, field: '', count: 1 };
}
