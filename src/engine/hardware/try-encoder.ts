import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RenderError } from '../../task/failure.js';
import { joinArguments, renderArguments } from '../command-line.js';
import { VIDEO_PAD } from '../compositor/render-plan.js';
import { decodedKeyFrames } from '../outputs/checks/read-back.js';
import { verifyMedia } from '../outputs/checks/verify-media.js';
import { MP4_FILE } from '../outputs/codecs/containers.js';
import type { EncoderDevice, PlannedContent, VideoCoding } from '../outputs/output-profile.js';
import { runTool, type ToolContext } from '../process/run-tool.js';
import type { Supervise } from '../process/supervisor.js';
import { renderFailed } from '../render-failure.js';
import { QUERY_CLOCKS, type Toolchain } from '../toolchain.js';
import type { Codec } from './candidate.js';

export interface TrialContext {
  readonly toolchain: Toolchain;
  /** Runs tools. */
  readonly supervise: Supervise;
  readonly signal: AbortSignal;
}

/** A device that was asleep may take seconds to begin. */
const MOST_MS = 120_000;
const CLOCKS = { ...QUERY_CLOCKS, stallMs: 20_000, totalMs: MOST_MS };

const PICTURE = { width: 640, height: 360, frameRate: { num: 30, den: 1 } };
const PIECE_FRAMES = 16;
const KEY_FRAMES_EVERY = 8;
const PIECES = [0, 1];
const WHOLE: PlannedContent = { ...PICTURE, frames: PIECES.length * PIECE_FRAMES, samples: 0 };

const SILENT_MP4 = { contentType: 'video/mp4', audio: null, slackUs: 0 } as const;
const EXPECTED = {
  H264: verifyMedia({ ...SILENT_MP4, video: { codec: 'h264', tag: 'avc1' } }),
  HEVC: verifyMedia({ ...SILENT_MP4, video: { codec: 'hevc', tag: 'hvc1' } }),
} as const;

/**
 * Encodes two short pieces with the arguments of renders, joins them as sections are joined, and checks the file as outputs are checked.
 * @returns the coding, its device with the identity by which parts of videos are known: a hash of that file, since other devices and drivers make other bytes.
 * @throws RenderError with ffmpeg's reason when the encoder does not work here.
 */
export async function tryEncoder(
  codec: Codec,
  coding: VideoCoding & { readonly device: EncoderDevice },
  context: TrialContext,
): Promise<VideoCoding> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-trial-'));
  try {
    const tools = toolsIn(folder, context);
    for (const piece of PIECES) await encodePiece(piece, coding, tools);
    await join(tools);
    const { sha256 } = await EXPECTED[codec](tools, 'trial.mp4', WHOLE);
    const keyFrames = await decodedKeyFrames(tools, 'trial.mp4');
    const planned = WHOLE.frames / KEY_FRAMES_EVERY;
    if (keyFrames !== planned)
      throw new RenderError('OUTPUT_MISMATCH', `it made ${keyFrames ?? 'broken'} key frames instead of ${planned}`);
    return { ...coding, device: { ...coding.device, identity: sha256 } };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

function toolsIn(cwd: string, { toolchain, supervise, signal }: TrialContext): ToolContext {
  return {
    toolchain,
    cwd,
    env: {},
    descriptorsIn: () => [],
    clocks: CLOCKS,
    deadlineMs: performance.now() + MOST_MS,
    supervise,
    signal,
    record: () => undefined,
  };
}

/** A slope that moves. */
const CONTENT = [
  `color=c=gray:s=${PICTURE.width}x${PICTURE.height}:r=${PICTURE.frameRate.num}`,
  `trim=end_frame=${PIECE_FRAMES}`,
  'format=yuv420p',
  "geq=lum='16+mod(X+Y+8*N,220)':cb=128:cr=128",
];

async function encodePiece(
  piece: number,
  { finish, options, partOptions, device }: VideoCoding & { readonly device: EncoderDevice },
  tools: ToolContext,
): Promise<void> {
  const graph = `${[...CONTENT, ...finish('trial')].join(',')}[${VIDEO_PAD}]`;
  const keyFrames = { every: KEY_FRAMES_EVERY, from: piece * PIECE_FRAMES };
  const coded = options({ ...PICTURE, quality: 'MEDIUM', threads: null, aim: null, keyFrames });
  await writeFile(path.join(tools.cwd, 'graph'), graph);
  const target = { file: `piece-${piece}`, pads: [VIDEO_PAD], options: [...coded, ...partOptions], device };
  const { majorVersion } = tools.toolchain;
  await run(tools, renderArguments({ inputs: [], graphFile: 'graph', targets: [target], majorVersion }));
}

async function join(tools: ToolContext): Promise<void> {
  const seconds = ((PIECE_FRAMES * PICTURE.frameRate.den) / PICTURE.frameRate.num).toFixed(6);
  const lines = PIECES.flatMap((piece) => [`file 'piece-${piece}'`, `duration ${seconds}`]);
  await writeFile(path.join(tools.cwd, 'list'), ['ffconcat version 1.0', ...lines, ''].join('\n'));
  const files = { listFile: 'list', audioFile: null, outputFile: 'trial.mp4', containerOptions: MP4_FILE };
  await run(tools, joinArguments({ ...files, conversion: null, copied: null }));
}

async function run(tools: ToolContext, args: readonly string[]): Promise<void> {
  const result = await runTool(tools, 'ffmpeg', args, { onProgress: () => undefined });
  if (result.exitCode !== 0) throw renderFailed(result);
}
