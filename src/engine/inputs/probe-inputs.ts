import type { AssetRef, Montage } from '../../composition/montage.js';
import { reachUs } from '../../composition/shots.js';
import type { Warning } from '../../composition/warning.js';
import type { KnownMedia, LocatedAudio, LocatedVisual } from '../graph/render-plan.js';
import { probeAudio, probeVisual } from '../probe/probe.js';
import type { ToolContext } from '../process/run-tool.js';
import { firstOfEach, type FetchedFiles } from './fetch-inputs.js';
import { runSome } from './run-some.js';
import { inSeconds } from './seconds.js';

/** Probes that run at once: each is short and mostly waits for a process to start. */
const PROBES_AT_ONCE = 3;
/** How much shorter than it claims a sound may be without a word. */
const CLAIM_TOLERANCE_US = 250_000;

/** Reads every input that is media. @throws RenderError with the field at fault. */
export async function probeInputs(
  montage: Montage,
  files: FetchedFiles,
  context: ToolContext,
  onStep: (done: number, total: number) => void,
): Promise<KnownMedia & { readonly warnings: readonly Warning[] }> {
  const { jobs, media } = planProbes(montage, files, context);
  await runSome(jobs, PROBES_AT_ONCE, onStep);
  const { narration } = montage;
  const warnings = [...media.visuals].flatMap(([uri, { details }]) => hdrWarning(uri, details.color.hdr, montage));
  if (narration) warnings.push(...shortWarning(narration.asset, media.audios.get(narration.asset.uri)));
  return { ...media, warnings };
}

/** One job for each input that is media and was fetched; each puts what it finds into `media`, or throws RenderError with the field at fault. */
export function planProbes(
  montage: Montage,
  files: FetchedFiles,
  context: ToolContext,
): { jobs: (() => Promise<void>)[]; media: KnownMedia } {
  const visuals = new Map<string, LocatedVisual>();
  const audios = new Map<string, LocatedAudio>();
  const targetOf = ({ uri, field }: AssetRef) => {
    const file = files.get(uri);
    return file === undefined ? [] : [{ file, field }];
  };
  // Sounds first: measuring a long narration takes longest.
  const jobs = [
    ...audiosOf(montage.narration?.asset, montage.music?.asset).flatMap(({ ref, mode }) =>
      targetOf(ref).map((target) => async () => {
        audios.set(ref.uri, { file: target.file, details: await probeAudio(context, target, mode) });
      }),
    ),
    ...firstOfEach(montage.materials).flatMap((ref) =>
      targetOf(ref).map((target) => async () => {
        visuals.set(ref.uri, { file: target.file, details: await probeVisual(context, target, reachUs(montage)) });
      }),
    ),
  ];
  return { jobs, media: { visuals, audios } };
}

function audiosOf(
  narration: AssetRef | undefined,
  music: AssetRef | undefined,
): { ref: AssetRef; mode: 'measure' | 'check' }[] {
  const audios: { ref: AssetRef; mode: 'measure' | 'check' }[] = narration ? [{ ref: narration, mode: 'measure' }] : [];
  if (music && music.uri !== narration?.uri) audios.push({ ref: music, mode: 'check' });
  return audios;
}

function hdrWarning(uri: string, hdr: boolean, montage: Montage): Warning[] {
  const uses = montage.materials.filter((ref) => ref.uri === uri);
  const [first] = uses;
  if (!hdr || !first) return [];
  return [
    {
      code: 'HDR_NOT_TONE_MAPPED',
      message: 'this video is HDR; it is shown without tone mapping and looks pale',
      field: first.field,
      count: 1,
    },
  ];
}

function shortWarning(ref: AssetRef, audio: LocatedAudio | undefined): Warning[] {
  if (!audio || audio.details.claimedUs === null) return [];
  const { claimedUs, facts } = audio.details;
  if (claimedUs - facts.durationUs <= Math.max(CLAIM_TOLERANCE_US, claimedUs / 100)) return [];
  const message = `this file says it lasts ${inSeconds(claimedUs)}, but ${inSeconds(facts.durationUs)} of sound are in it; the video is as long as those`;
  return [{ code: 'NARRATION_SHORTER_THAN_CLAIMED', message, field: ref.field, count: 1 }];
}
