import type { Warning } from '../../composition/warning.js';
import { RenderError } from '../../task/failure.js';
import type { GraphInput, RenderPlan } from '../compositor/render-plan.js';
import { MAX_DAMAGED_SHARE } from '../limits.js';
import { splitLines } from '../process/split-lines.js';

/** The damage found in one video by one command. */
export interface InputDamage {
  /** The field of the request that named it. */
  readonly field: string;
  readonly damagedFrames: number;
  /** About how many frames of it were decoded. */
  readonly frames: number;
}

/** Counts the frames of each input that could not be decoded whole, by ffmpeg's standard error. */
export interface DamageCounter {
  /** Takes a piece of standard error, cut anywhere. */
  readonly push: (chunk: Buffer) => void;
  /** Damaged frames of each input, in order. */
  readonly counts: () => number[];
}

/** @param inputs of the command, in order. */
export function createDamageCounter(inputs: readonly Pick<GraphInput, 'file'>[]): DamageCounter {
  const counts = new Map<number, number>();
  const numbers = new Map(inputs.map(({ file }, i) => [`file:${file}`, i]));
  return {
    push: splitLines((line) => {
      const input = damagedInput(line, numbers);
      if (input !== null) counts.set(input, (counts.get(input) ?? 0) + 1);
    }),
    counts: () => inputs.map((_, i) => counts.get(i) ?? 0),
  };
}

/** The damage found in the videos among a plan's inputs. @param counts of each input, in order. */
export function damageOf({ inputs }: Pick<RenderPlan, 'inputs'>, counts: readonly number[]): InputDamage[] {
  return inputs.flatMap(({ field, frames }, i) =>
    frames === 0 ? [] : [{ field, frames, damagedFrames: counts[i] ?? 0 }],
  );
}

/** The input that a line is about, when it reports a frame that was lost or came out damaged; null: it is about something else. */
function damagedInput(line: string, numbers: ReadonlyMap<string, number>): number | null {
  // Up to ffmpeg 6 by the file's name or the input's number, later by the name of the stream.
  const byName = /(file:\S+): corrupt decoded frame in stream/.exec(line)?.[1];
  if (byName !== undefined) return numbers.get(byName) ?? null;
  const byNumber =
    /Error while decoding stream #(\d+):/.exec(line)?.[1] ??
    /\[vist#(\d+):.*(?:corrupt decoded frame|Error submitting packet to decoder|Decoding error)/.exec(line)?.[1];
  return byNumber === undefined ? null : Number(byNumber);
}

/**
 * Warnings about inputs that were shown with damage.
 * @param damage of all commands that made an output.
 * @throws RenderError INPUT_DAMAGED with the field of the first input of which too large a share is damaged.
 */
export function judgeDamage(damage: readonly InputDamage[]): Warning[] {
  const totals = new Map<string, { damaged: number; shown: number }>();
  for (const { field, damagedFrames, frames } of damage) {
    const total = totals.get(field) ?? { damaged: 0, shown: 0 };
    totals.set(field, { damaged: total.damaged + damagedFrames, shown: total.shown + frames });
  }
  return [...totals].flatMap(([field, { damaged, shown }]) => {
    if (damaged === 0) return [];
    const share = Math.min(1, damaged / shown);
    const message = `${damaged} of about ${shown} frames of this video are damaged (${(share * 100).toFixed(1)} %)`;
    if (share > MAX_DAMAGED_SHARE) throw new RenderError('INPUT_DAMAGED', message, { field });
    return [
      {
        code: 'INPUT_DAMAGED',
        message: `${message}; they are shown as far as they can be read`,
        field,
        count: damaged,
      },
    ];
  });
}
