import { writeFile } from 'node:fs/promises';
import { framesOf, timeUsOf } from '../../composition/frame-grid.js';
import type { Size, SpriteSheet } from '../../composition/output-spec.js';
import { encodeAgainArguments } from '../command-line.js';
import { costOf } from '../steps/cost.js';
import { runTool } from '../process/run-tool.js';
import { renderFailed } from '../render-failure.js';
import type { FurtherFile, PlannedContent } from './output-profile.js';
import type { PlannedOutput } from './plan-passes.js';
import { OVER_BLACK, TO_JPEG } from './poster.js';
import type { RenderContext } from './render-steps.js';
import { scratchFiles } from './scratch-files.js';

const COLUMNS = 10;
const ROWS = 10;

/** The pictures of a sprite sheet: one for each so many frames, in rows, on as many sheets as they need. */
export interface SheetPlan extends Size {
  readonly everyFrames: number;
  readonly pictures: number;
  readonly columns: number;
  readonly rows: number;
  readonly sheets: number;
}

/** Pure. */
export function planSheet({ intervalUs, width }: SpriteSheet, content: PlannedContent): SheetPlan {
  const everyFrames = Math.max(1, framesOf(intervalUs, content.frameRate));
  const pictures = Math.ceil(content.frames / everyFrames);
  const columns = Math.min(COLUMNS, pictures);
  const rows = Math.min(ROWS, Math.ceil(pictures / columns));
  const height = Math.max(2, 2 * Math.round((width * content.height) / content.width / 2));
  return { width, height, everyFrames, pictures, columns, rows, sheets: Math.ceil(pictures / (columns * rows)) };
}

/** The names of a sheet's files beside an output: in the scratch folder, and within the task. */
export function sheetFiles(output: PlannedOutput): FurtherFile[] {
  const { spec, content, key } = output;
  if (spec.spriteSheet === null) return [];
  const { sheets } = planSheet(spec.spriteSheet, content);
  const pictures = Array.from({ length: sheets }, (_, i) => ({
    file: scratchFiles.sheet(output, number(i + 1)),
    part: { name: `${key}.sprite-${number(i + 1)}.jpg`, contentType: 'image/jpeg' },
  }));
  const cues = { file: scratchFiles.cues(output), part: { name: `${key}.sprite.vtt`, contentType: 'text/vtt' } };
  return [...pictures, cues];
}

/** Makes the sheet of a finished file. @throws RenderError as `runTool`, or RENDER_FAILED. */
export async function makeSheet(output: PlannedOutput, { tools, scratch, takeSeat }: RenderContext): Promise<void> {
  const { spec, content, key, profile } = output;
  if (spec.spriteSheet === null) return;
  const plan = planSheet(spec.spriteSheet, content);
  const filters = [
    `select=not(mod(n\\,${plan.everyFrames}))`,
    `scale=${plan.width}:${plan.height}`,
    ...(profile.alphaDecoder === null ? [] : OVER_BLACK),
    ...TO_JPEG,
    'setsar=1',
    `tile=${plan.columns}x${plan.rows}`,
  ];
  const options = [
    '-an',
    '-sn',
    '-vf',
    filters.join(','),
    '-c:v',
    'mjpeg',
    '-q:v',
    '4',
    '-f',
    'image2',
    '-start_number',
    '1',
  ];
  const args = encodeAgainArguments({
    from: scratchFiles.pictures(output),
    to: scratchFiles.sheet(output, '%03d'),
    options,
    decoder: profile.alphaDecoder,
  });
  const pixels = content.width * content.height;
  const leave = await takeSeat(
    costOf({ decoded: [pixels], encoded: [plan.width * plan.height * plan.columns * plan.rows] }),
  );
  try {
    const result = await runTool(tools, 'ffmpeg', args, { onProgress: () => undefined });
    if (result.exitCode !== 0) throw renderFailed(result);
  } finally {
    leave();
  }
  await writeFile(scratch.path(scratchFiles.cues(output)), cuesOf(plan, content, key));
}

/** WebVTT whose cues name parts of the sheets. */
export function cuesOf(plan: SheetPlan, { frames, frameRate }: PlannedContent, key: string): string {
  const { width, height, columns, rows, everyFrames } = plan;
  const cues = Array.from({ length: plan.pictures }, (_, i) => {
    const place = i % (columns * rows);
    const sheet = number(Math.floor(i / (columns * rows)) + 1);
    const area = [(place % columns) * width, Math.floor(place / columns) * height, width, height].join(',');
    const from = timeUsOf(i * everyFrames, frameRate);
    const to = timeUsOf(Math.min(frames, (i + 1) * everyFrames), frameRate);
    return `${time(from)} --> ${time(to)}\n${key}.sprite-${sheet}.jpg#xywh=${area}\n`;
  });
  return ['WEBVTT\n', ...cues].join('\n');
}

function number(of: number): string {
  return String(of).padStart(3, '0');
}

/** `00:00:05.000`. */
function time(us: number): string {
  return new Date(Math.round(us / 1000)).toISOString().slice(11, 23);
}
