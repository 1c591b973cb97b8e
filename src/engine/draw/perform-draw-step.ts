import { access, constants, mkdir } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Drawing } from '../../composition/drawing.js';
import type { Warning } from '../../composition/warning.js';
import { RenderError } from '../../task/failure.js';
import { missingGlyphs } from '../captions/missing-glyphs.js';
import type { NamedFont } from '../captions/font-folder.js';
import type { Fonts } from '../captions/fonts.js';
import type { LocatedVisual } from '../compositor/render-plan.js';
import type { ToolContext } from '../process/run-tool.js';
import { locateDrawing } from './locate-drawing.js';
import { drawingFile, type DrawStep } from './plan-drawings.js';
import { runDrawer } from './run-drawer.js';

/** Drawing takes a core. */
export const DRAW_STEPS_AT_ONCE = 2;

/** The most pixels of one drawing, some of which are held at once: four frames of 3840x2160. */
const MAX_PIXELS = 4 * 3840 * 2160;

export interface DrawContext {
  readonly tools: ToolContext;
  readonly fonts: Pick<Fonts, 'own' | 'colorEmoji' | 'named'>;
  /** Takes the pictures, by their URIs. */
  readonly visuals: Map<string, LocatedVisual>;
  readonly onWarning: (warning: Warning) => void;
}

/**
 * Does a step's work: writes the PNGs, and puts them among the known visuals.
 * @throws RenderError FONT_NOT_FOUND or MEMORY_LIMIT_EXCEEDED with the field; as `runDrawer`.
 */
export async function performDrawStep({ drawings }: DrawStep, context: DrawContext): Promise<void> {
  const { tools, fonts, visuals, onWarning } = context;
  for (const drawing of drawings) requireRoom(drawing);
  const order = {
    fonts: { own: fonts.own, colorEmoji: fonts.colorEmoji, named: await namedFonts(drawings, fonts.named) },
    jobs: drawings.map((drawing) => ({ drawing, out: drawingFile(drawing) })),
  };
  await mkdir(path.join(tools.cwd, 'drawings'), { recursive: true });
  const answers = await runDrawer(tools, order, `drawings/${nameOf(drawings)}.json`);
  for (const [i, drawing] of drawings.entries()) {
    const answer = answers[i];
    if (answer?.kind !== 'drawn') throw fontNotFound(drawing);
    visuals.set(drawing.uri, locateDrawing(drawing, drawingFile(drawing)));
    const warning = missingGlyphs(answer.missing, drawing.field);
    if (warning) onWarning(warning);
  }
}

function nameOf(drawings: readonly Drawing[]): string {
  const hash = createHash('sha256');
  for (const { uri } of drawings) hash.update(`${uri}\n`);
  return hash.digest('hex').slice(0, 32);
}

function requireRoom({ width, height, field }: Drawing): void {
  if (width * height <= MAX_PIXELS) return;
  const message = `${width} x ${height} pixels are too many to draw: make the box smaller, ${MAX_PIXELS} pixels at most`;
  throw new RenderError('MEMORY_LIMIT_EXCEEDED', message, { field });
}

/** The operator's fonts that texts name: they were there at submit, but another machine may have others, and these may have changed since. */
async function namedFonts(drawings: readonly Drawing[], named: Fonts['named']): Promise<Record<string, NamedFont>> {
  const found: Record<string, NamedFont> = {};
  for (const drawing of drawings) {
    const name = drawing.content.kind === 'TEXT' ? drawing.content.text.font?.name : undefined;
    if (name === undefined || name in found) continue;
    const font = named.get(name);
    const isThere = font && (await access(font.file, constants.R_OK).then(isTrue, isFalse));
    if (!font || !isThere) throw fontNotFound(drawing);
    found[name] = font;
  }
  return found;
}

const isTrue = () => true;
const isFalse = () => false;

function fontNotFound({ content, field }: Drawing): RenderError {
  const font = content.kind === 'TEXT' ? content.text.font : null;
  return new RenderError('FONT_NOT_FOUND', 'the worker does not have this font', { field: font?.field ?? field });
}
