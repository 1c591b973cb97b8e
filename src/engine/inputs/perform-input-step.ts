import type { InputUse } from '../../composition/form.js';
import type { LocatedVisual } from '../compositor/render-plan.js';
import type { ImageBatches } from '../images/image-batches.js';
import { sniffFile } from '../images/sniff-file.js';
import { locateImage } from '../images/locate-image.js';
import { namedRefusal } from '../images/named-refusal.js';
import type { SniffedFormat } from '../images/sniffed-format.js';
import { RenderError } from '../../task/failure.js';
import { probeVisual } from '../probe/probe.js';
import type { ToolContext } from '../process/run-tool.js';
import { fetchInput, type FetchContext } from './fetch-input.js';
import type { KnownInputs } from './known-inputs.js';
import type { InputStep } from './plan-inputs.js';
import { readAudioInput } from './read-audio-input.js';
import { readLut } from './read-lut.js';
import { readSubtitles } from './read-subtitles.js';

/** The tools and results of input steps. */
export interface InputContext extends FetchContext {
  readonly tools: ToolContext;
  /** Whether what is decoded is kept for a render, or only inspected. */
  readonly purpose: 'RENDER' | 'INSPECTION';
  /** The images among the inputs, to be read together. */
  readonly images: ImageBatches;
  /** Takes the results. */
  readonly known: KnownInputs;
}

/** How many steps of a kind run at once: fetches mostly wait for another machine, probes for a process to start; decoding takes a core. */
const AT_ONCE = { fetch: 4, sniff: 4, probe: 3, 'prepare-audio': 2, 'read-text': 1, 'read-lut': 1 } as const;

export function inputStepsAtOnce(kind: InputStep['kind']): number {
  return AT_ONCE[kind];
}

/** Does a step's work. @throws RenderError with the field at fault. */
export async function performInputStep(step: InputStep, context: InputContext, signal: AbortSignal): Promise<void> {
  const { scratch, known } = context;
  const tools = { ...context.tools, signal };
  switch (step.kind) {
    case 'fetch':
      known.files.set(step.asset.uri, await fetchInput(step.asset, context, signal));
      return;
    case 'sniff':
      await sniff(step.use, context);
      return;
    case 'probe':
      known.visuals.set(step.use.asset.uri, await readVisual(step.use, context, tools));
      return;
    case 'prepare-audio':
      {
        const { uri } = step.use.asset;
        const read = await readAudio(step.use, context, tools).catch((error: unknown) => {
          if (step.use.optional === true && isWithoutAudio(error)) return null;
          throw error;
        });
        if (read === null) return;
        const { input, pcm, damage } = read;
        known.audioInputs.set(uri, input);
        if (pcm) known.audios.set(uri, pcm);
        if (damage) known.audioDamage.set(uri, damage);
        return;
      }
      return;
    case 'read-text': {
      const { uri, field } = step.asset;
      known.subtitles.set(uri, await readSubtitles(scratch.path(known.files.get(uri) ?? ''), field, tools));
      return;
    }
    case 'read-lut': {
      const { uri, field } = step.asset;
      known.luts.set(uri, await readLut(scratch.path(known.files.get(uri) ?? ''), field, tools));
      return;
    }
  }
}

type Use<Role> = Extract<InputUse, { role: Role }>;

/** Takes down what a file is, and asks for it if it is an image. */
async function sniff(use: Use<'visual' | 'audio'>, { known, scratch, images }: InputContext): Promise<void> {
  const { uri, field } = use.asset;
  const file = known.files.get(uri) ?? '';
  const format = await sniffFile(scratch.path(file));
  known.formats.set(uri, format);
  if (use.role === 'visual' && format.kind === 'image') {
    images.add({ file, field, format: format.format, size: { ...use.box, fit: 'outside' }, neededUs: use.untilUs });
  }
}

async function readVisual(use: Use<'visual'>, context: InputContext, tools: ToolContext): Promise<LocatedVisual> {
  const { file, field, format } = sniffed(use, context);
  if (format.kind === 'image') return locateImage(await context.images.read(file, tools));
  try {
    return { file, details: await probeVisual(tools, { file, field }, use.untilUs) };
  } catch (error) {
    throw namedRefusal(error, format);
  }
}

function isWithoutAudio(error: unknown): boolean {
  return error instanceof RenderError && error.failure.reason === 'INPUT_NO_AUDIO';
}

async function readAudio(
  use: Use<'audio'>,
  context: InputContext,
  tools: ToolContext,
): ReturnType<typeof readAudioInput> {
  const { file, field, format } = sniffed(use, context);
  if (format.kind === 'image')
    throw new RenderError('INPUT_NO_AUDIO', `this is ${format.name}: it has no audio`, { field });
  try {
    const { measured } = use;
    return await readAudioInput(tools, { file, field, measured, purpose: context.purpose });
  } catch (error) {
    throw namedRefusal(error, format);
  }
}

function sniffed({ asset }: Use<'visual' | 'audio'>, { known }: InputContext) {
  const { uri, field } = asset;
  const unknown: SniffedFormat = { kind: 'unknown' };
  return { file: known.files.get(uri) ?? '', field, format: known.formats.get(uri) ?? unknown };
}
