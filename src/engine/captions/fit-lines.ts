import { breakableUnits, graphemesOf } from './wrap-text.js';

export interface FitOptions {
  /** The widest that a row may be. */
  readonly maxWidth: number;
  /** About as many half-width letters fit into that. */
  readonly columns: number;
  readonly widthOf: (text: string) => number;
}

/** Steps to even rows: more would move them by less than a letter. */
const STEPS = 6;

/** Breaks a line into as few rows as it needs, which are then about equally wide. Words that are too long for any row are cut. */
export function fitLine(line: string, { maxWidth, columns, widthOf }: FitOptions): string[] {
  if (widthOf(line) <= maxWidth) return [line];
  const units = breakableUnits(line, columns).flatMap((unit) =>
    widthOf(unit.trimEnd()) > maxWidth ? graphemesOf(unit) : [unit],
  );
  // A space at a row's end takes no room.
  const measured = units.map((text) => ({ text, width: widthOf(text), lastWidth: widthOf(text.trimEnd()) }));
  const { length } = fill(measured, maxWidth);
  let [least, most] = [measured.reduce((sum, { width }) => sum + width, 0) / length, maxWidth];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (least + most) / 2;
    if (fill(measured, middle).length > length) least = middle;
    else most = middle;
  }
  return fill(measured, most);
}

interface MeasuredUnit {
  readonly text: string;
  readonly width: number;
  /** Its width at a row's end. */
  readonly lastWidth: number;
}

/** As much into each row as it holds. */
function fill(units: readonly MeasuredUnit[], maxWidth: number): string[] {
  const rows: string[] = [];
  let [row, width] = ['', 0];
  for (const unit of units) {
    if (row !== '' && width + unit.lastWidth > maxWidth) {
      rows.push(row.trim());
      [row, width] = ['', 0];
    }
    row += unit.text;
    width += unit.width;
  }
  return row.trim() === '' ? rows : [...rows, row.trim()];
}
