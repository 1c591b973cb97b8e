/**
 * `npm run corpus DIR [-- --json FILE]`: renders every file below a folder as a material, a narration or subtitles, judges each
 * against a plain decode by ffmpeg, and prints right, wrong or refused for each, with the reason. Exits with 1 when any is wrong.
 * `docs/media.md` explains the judgements.
 */
import { readdir, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { judgeMaterial, judgeNarration, judgeSubtitles } from './lib/corpus-judges.mjs';
import { createCorpusClient } from './lib/corpus-client.mjs';
import { CheckFailedError, fail } from './lib/fail.mjs';
import { ensureNpmPackages } from './lib/npm-packages.mjs';
import { root } from './lib/root.mjs';
import { run } from './lib/run.mjs';
import { dim, green, red, say, step } from './lib/say.mjs';
import { startService } from './lib/service.mjs';
import { ensureSystemPackages, FOR_RENDERING } from './lib/system-packages.mjs';

const SUBTITLE_ENDINGS = /\.(srt|vtt|ass|ssa|sbv|sub|smi|sami|ttml|dfxp|xml)$/i;

try {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { json: { type: 'string' } } });
  const [folder] = positionals;
  if (folder === undefined) throw new CheckFailedError('usage: npm run corpus DIR [-- --json FILE]');
  await ensureSystemPackages(FOR_RENDERING);
  await ensureNpmPackages();
  await step('build', () => run('npm', ['run', '--silent', 'build'], { cwd: root, quiet: true }));
  const rows = await judgeAll(resolve(folder));
  if (values.json !== undefined) await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  const count = (verdict) => rows.filter((row) => row.verdict === verdict).length;
  say(
    `\n${count('right')} right, ${count('wrong')} wrong, ${count('refused')} refused, ${count('unjudged')} not judged`,
  );
  if (count('wrong') > 0) process.exitCode = 1;
} catch (error) {
  fail(error);
}

async function judgeAll(folder) {
  const files = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  if (files.length === 0) throw new CheckFailedError(`there are no files in ${folder}`);
  const work = await mkdtemp(join(tmpdir(), 'cutroom-corpus-'));
  try {
    const helpers = join(work, 'helpers');
    await mkdir(helpers);
    const green = ['-f', 'lavfi', '-i', 'color=green:s=320x240', '-frames:v', '1', join(helpers, 'green.png')];
    await run('ffmpeg', ['-v', 'error', '-y', ...green], { quiet: true });
    const env = {
      CUTROOM_DATA_DIR: join(work, 'data'),
      CUTROOM_INPUT_ROOTS: `${folder}:${helpers}`,
      CUTROOM_LOG_LEVEL: 'warn',
      CUTROOM_SLOTS: '2',
    };
    const service = await startService({ env, logFile: join(work, 'service.log') });
    try {
      return await judgeFiles(files, folder, { client: createCorpusClient(service.http), work });
    } finally {
      await service.stop();
    }
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Whether ffprobe finds audio and no video but cover art. */
async function hasOnlyAudio(file) {
  const entries = 'stream=codec_type:stream_disposition=attached_pic';
  const text = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', file], {
    quiet: true,
  }).catch(() => '{}');
  const streams = JSON.parse(text).streams ?? [];
  const isVideo = (stream) => stream.codec_type === 'video' && stream.disposition?.attached_pic !== 1;
  return streams.some((stream) => stream.codec_type === 'audio') && !streams.some(isVideo);
}

/** Two at a time, as many as the service renders. */
async function judgeFiles(files, folder, context) {
  const rows = [];
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < files.length; i = next++) {
      const file = files[i];
      const judge = SUBTITLE_ENDINGS.test(file)
        ? judgeSubtitles
        : (await hasOnlyAudio(file))
          ? judgeNarration
          : judgeMaterial;
      const startedMs = performance.now();
      const row = await judge(file, context).catch((error) => ({
        verdict: 'wrong',
        reason: `the judge failed: ${error.message}`,
      }));
      const name = relative(folder, file);
      rows.push({ file: name, role: judge.name.slice(5).toLowerCase(), ...row });
      const mark = { right: green('right  '), wrong: red('wrong  '), refused: 'refused', unjudged: dim('?      ') }[
        row.verdict
      ];
      say(`${mark}  ${name}  ${row.reason ?? ''} ${dim(`${((performance.now() - startedMs) / 1000).toFixed(1)} s`)}`);
    }
  };
  await Promise.all([worker(), worker()]);
  return rows.sort((a, b) => a.file.localeCompare(b.file));
}
