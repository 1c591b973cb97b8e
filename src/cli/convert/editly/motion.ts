import { Motion, Motion_Kind } from '../../../../generated/cutroom/v1/timeline.js';
import type { Source } from '../reader.js';

const KINDS: Readonly<Record<string, Motion_Kind>> = {
  in: Motion_Kind.KIND_ZOOM_IN,
  out: Motion_Kind.KIND_ZOOM_OUT,
  // The picture moves that way, so the view moves the other way.
  left: Motion_Kind.KIND_PAN_RIGHT,
  right: Motion_Kind.KIND_PAN_LEFT,
};

/** The Ken Burns effect of a layer; null turns it off. */
export function motionIn(
  source: Source,
  defaults: { readonly direction: string | undefined; readonly amount: number },
): Motion | undefined {
  const isOff = source.keys.includes('zoomDirection') && !source.has('zoomDirection');
  const given = source.word('zoomDirection', KINDS);
  const amount = source.number('zoomAmount') ?? defaults.amount;
  const byDefault =
    isOff || source.has('zoomDirection') || defaults.direction === undefined ? undefined : KINDS[defaults.direction];
  const kind = given ?? byDefault;
  if (kind === undefined || amount <= 0) return undefined;
  if (amount > 1) source.warn('zoomAmount', 'is 1 here, the most that is possible');
  return Motion.fromPartial({ kind, strength: Math.max(0.01, Math.min(1, amount)) });
}
