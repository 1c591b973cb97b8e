import { stat } from 'node:fs/promises';
import type { Composition } from '../../composition/composition.js';
import { timeUsOf } from '../../composition/frame-grid.js';
import type { Warning } from '../../composition/warning.js';
import type { OutputSpec } from '../../composition/output-spec.js';
import type { Span } from '../../task/ports/spans.js';
import type { Helpers } from '../../task/ports/helpers.js';
import type { OutputStore } from '../../task/ports/output-store.js';
import type { RenderJob } from '../../task/ports/renderer.js';
import type { Output } from '../../task/task.js';
import type { CaptionDocument } from '../captions/caption-document.js';
import type { Fonts } from '../captions/fonts.js';
import { layOutCaptions } from '../captions/lay-out-captions.js';
import { captionWarnings } from '../captions/missing-glyphs.js';
import type { KnownMedia } from '../compositor/render-plan.js';
import type { ToolContext } from '../process/run-tool.js';
import type { ProgressMeter } from '../progress-meter.js';
import { mayPass } from '../render-failure.js';
import type { RenderLog } from '../render-log.js';
import type { Reuse } from '../reuse/reuse.js';
import type { Scratch } from '../scratch.js';
import { inSpan } from '../steps/in-span.js';
import { runSteps } from '../steps/run-steps.js';
import type { Seats } from '../steps/seats.js';
import type { StepBoard } from '../steps/step-board.js';
import { judgeDamage, type InputDamage } from './damage.js';
import { createGraphFiles, type GraphFiles } from './graph-files.js';
import { mergeWarnings } from './merge-warnings.js';
import type { VerifiedOutput } from './output-profile.js';
import { planMaking } from './plan-making.js';
import type { OutputStep } from './plan-outputs.js';
import type { Pass, PlannedOutput } from './plan-passes.js';
import { POSTER_TYPE, verifyJpeg } from './poster.js';
import type { PreviewReader } from './preview.js';
import type { RenderedGraph } from './render-graph.js';
import {
  copySection,
  joinSections,
  renderPoster,
  renderSoundtrack,
  renderWhole,
  type RenderContext,
} from './render-steps.js';
import { furtherFiles } from './further-files.js';
import { makeSheet } from './sprite-sheet.js';
import { addSubtitles } from './subtitles/add-subtitles.js';
import { makeThumbnails, verifyThumbnails } from './thumbnails.js';
import { shrinkToFit } from './shrink-to-fit.js';
import type { StandIns } from './stand-ins.js';
import { scratchFiles } from './scratch-files.js';
import { boardFor, takeSection } from './share-sections.js';

export interface OutputContext {
  readonly job: Pick<RenderJob, 'key' | 'fence' | 'attemptId'>;
  readonly scratch: Scratch;
  readonly tools: ToolContext;
  readonly media: KnownMedia;
  readonly fonts: Fonts;
  readonly store: OutputStore;
  /** Codings by hardware. */
  readonly standIns: StandIns;
  /** Null: everything is rendered. */
  readonly reuse: Reuse | null;
  readonly seats: Seats;
  /** Threads of the encoder of one section. */
  readonly sectionThreads: number;
  readonly meter: ProgressMeter;
  /** Null: every step is done here. */
  readonly helpers: Helpers | null;
  /** Null: no previews are made. */
  readonly previews: PreviewReader | null;
  readonly signal: AbortSignal;
  /** Of the attempt; absent: nobody looks. */
  readonly span?: Span;
  readonly log?: RenderLog;
}

/** All that an attempt was to make. */
export interface MadeOutputs {
  readonly outputs: readonly Output[];
  readonly warnings: readonly Warning[];
}

/** The results so far of the steps of one pass. */
interface PassResults {
  captions: readonly CaptionDocument[];
  captionWarnings: readonly Warning[];
  damageWarnings: readonly Warning[];
  readonly damage: InputDamage[];
  readonly stderr: string[];
  /** Of each output: frames that had been rendered before, and frames of inputs. */
  readonly reusedFrames: Map<PlannedOutput, number>;
  readonly copiedFrames: Map<PlannedOutput, number>;
}

/** What the outputs of one attempt share. */
interface Shared {
  readonly files: GraphFiles;
  /** URIs of videos whose size changes on the way. */
  readonly resized: Set<string>;
  readonly passes: ReadonlyMap<Pass, PassResults>;
  readonly verified: Map<PlannedOutput, VerifiedOutput>;
  readonly published: Map<PlannedOutput, Output>;
  /** Null: every section is rendered here. */
  readonly board: StepBoard | null;
}

/**
 * Renders, verifies and publishes each output of each composition. When it throws, none of its published files is left.
 * @throws RenderError.
 */
export async function makeOutputs(
  compositions: readonly Composition[],
  specs: readonly OutputSpec[],
  context: OutputContext,
): Promise<MadeOutputs> {
  const { meter, store, signal, seats, media, scratch, job, tools, standIns, log } = context;
  const { passes, outputs, steps } = await planMaking(compositions, specs, { tools, media, standIns });
  const board = boardFor(steps, context);
  const shared: Shared = {
    files: createGraphFiles(scratch),
    resized: new Set(),
    passes: new Map(passes.map((pass) => [pass, noResults()])),
    verified: new Map(),
    published: new Map(),
    board,
  };
  meter.planned(steps);
  try {
    await runSteps(steps, {
      atOnce: (kind) => {
        if (kind === 'section' && board) return Infinity;
        return kind === 'section' || kind === 'copy' ? seats.most : 1;
      },
      perform: inSpan(context, (step, stop) => perform(step, stop, shared, context)),
      mayPass,
      onAgain: (step, err) => log?.warn({ step: step.id, err }, 'a step is done again'),
      signal,
      onDone: meter.done,
    });
  } catch (error) {
    const { key, fence, attemptId } = job;
    await store.discardAttempt({ key, fence, attemptId });
    throw error;
  } finally {
    board?.close();
  }
  const made = [...shared.passes.values()];
  const stderr = made.flatMap((result) => result.stderr).join('\n');
  return {
    outputs: outputs.flatMap((output) => shared.published.get(output) ?? []),
    warnings: [
      ...mergeWarnings(made.flatMap(({ damageWarnings }) => damageWarnings)),
      ...mergeWarnings(made.flatMap((result) => result.captionWarnings)),
      ...captionWarnings(stderr, compositions),
    ],
  };
}

function noResults(): PassResults {
  return {
    captions: [],
    captionWarnings: [],
    damageWarnings: [],
    damage: [],
    stderr: [],
    reusedFrames: new Map(),
    copiedFrames: new Map(),
  };
}

async function perform(step: OutputStep, stop: AbortSignal, shared: Shared, context: OutputContext): Promise<void> {
  const toRender = renderContext(step, stop, shared, context);
  switch (step.kind) {
    case 'captions': {
      const { composition } = step.pass;
      const { documents, warnings } = await layOutCaptions(composition, { ...toRender.tools, fonts: context.fonts });
      const result = resultsOf(step.pass, shared);
      result.captions = documents;
      result.captionWarnings = warnings;
      return;
    }
    case 'render': {
      const result = resultsOf(step.pass, shared);
      note(result, step, await renderWhole(step.pass, toRender), context);
      judge(result);
      return;
    }
    case 'section':
      note(resultsOf(step.pass, shared), step, await takeSection(step, toRender, shared.board, context), context);
      return;
    case 'copy': {
      const result = resultsOf(step.pass, shared);
      const rendered = await copySection(step, toRender);
      if (rendered) note(result, step, rendered, context);
      else add(result.copiedFrames, step.output, step.section.frames);
      return;
    }
    case 'poster':
      await renderPoster(step, toRender);
      return;
    case 'soundtrack':
      await renderSoundtrack(step.pass, toRender);
      return;
    case 'join':
      judge(resultsOf(step.pass, shared));
      await joinSections(step.pass, step.encoding, toRender);
      return;
    case 'package':
      await packEncodings(step.output, toRender.tools);
      return;
    case 'sheet':
      await makeSheet(step.output, toRender);
      return;
    case 'thumbnails':
      await makeThumbnails(step.output, toRender);
      return;
    case 'subtitles':
      await addSubtitles(step.output, toRender);
      return;
    case 'shrink':
      await shrinkToFit(step.output, toRender);
      return;
    case 'verify':
      shared.verified.set(step.output, await verify(step.output, toRender.tools));
      return;
    case 'publish':
      stop.throwIfAborted();
      shared.published.set(step.output, await publish(step.output, shared, context));
      return;
  }
}

async function packEncodings(output: PlannedOutput, tools: ToolContext): Promise<void> {
  const { key, content, profile } = output;
  const encodings = output.encodings.map((encoding) => ({ ...encoding, file: scratchFiles.encoded(encoding) }));
  await profile.packaging?.pack(tools, scratchFiles.folder(output), { key, content, encodings });
}

function resultsOf(pass: Pass, { passes }: Shared): PassResults {
  const found = passes.get(pass);
  if (!found) throw new RangeError('a step of a pass that is not planned');
  return found;
}

async function verify(output: PlannedOutput, tools: ToolContext): Promise<VerifiedOutput> {
  const { profile, content } = output;
  const checks = [
    profile.verify(tools, scratchFiles.finished(output), content),
    verifyThumbnails(output, tools),
    ...picturesOf(output).map((file) => verifyJpeg(tools.cwd, file)),
  ] as const;
  // Neither may go on when this has thrown.
  await Promise.allSettled(checks);
  const [verified] = await Promise.all(checks);
  return verified;
}

function renderContext(step: OutputStep, stop: AbortSignal, shared: Shared, context: OutputContext): RenderContext {
  const { job, meter, seats } = context;
  return {
    ...context,
    ...shared,
    tools: { ...context.tools, signal: stop },
    captionsOf: (pass) => resultsOf(pass, shared).captions,
    takeSeat: (cost) => seats.take(job, cost, stop),
    onProgress: (block) => {
      meter.rendered(step.id, block);
    },
  };
}

function note(
  result: PassResults,
  step: Extract<OutputStep, { kind: 'render' | 'section' | 'copy' }>,
  { stderr, damage, isReused }: RenderedGraph,
  { meter }: OutputContext,
): void {
  result.stderr.push(stderr);
  result.damage.push(...damage);
  if (!isReused) return;
  const { id, pass } = step;
  const frames = step.kind === 'render' ? step.frames : step.section.frames;
  for (const output of step.kind === 'copy' ? [step.output] : pass.outputs) add(result.reusedFrames, output, frames);
  meter.reused(id, timeUsOf(frames, pass.composition.frameRate));
}

function add(counts: Map<PlannedOutput, number>, output: PlannedOutput, frames: number): void {
  counts.set(output, (counts.get(output) ?? 0) + frames);
}

/** Once all of a pass is rendered. @throws as `judgeDamage`. */
function judge(result: PassResults): void {
  result.damageWarnings = judgeDamage(result.damage);
}

/** The JPEGs beside a file, in the scratch folder. */
function picturesOf(output: PlannedOutput): string[] {
  return furtherFiles(output).flatMap(({ file, part }) => (part.contentType === POSTER_TYPE ? [file] : []));
}

async function publish(
  output: PlannedOutput,
  { verified, passes }: Shared,
  { job, scratch, store, signal }: OutputContext,
): Promise<Output> {
  const facts = verified.get(output);
  if (!facts) throw new RangeError('only a verified output is published');
  const { key: name, content } = output;
  const file = { name, path: scratch.path(scratchFiles.finished(output)) };
  const { key, fence, attemptId } = job;
  const further = await Promise.all(
    furtherFiles(output).map(async ({ file: of, part }) => {
      const full = scratch.path(of);
      return { finished: { name: part.name, path: full }, part: { ...part, sizeBytes: (await stat(full)).size } };
    }),
  );
  const files = [file, ...further.map(({ finished }) => finished)] as const;
  const location = await store.publish(files, { key, fence, attemptId }, { signal });
  const parts = further.map(({ part }) => part);
  // Of an animation with fewer frames the same share.
  const made = [...passes].find(([{ outputs }]) => outputs.includes(output))?.[1];
  const reused = made?.reusedFrames.get(output) ?? 0;
  const reusedFrames = Math.round((reused * facts.frameCount) / content.frames);
  const copiedFrames = made?.copiedFrames.get(output) ?? 0;
  return { ...facts, key: name, location, parts, reusedFrames, copiedFrames };
}
