import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { spawnService, type SpawnedService } from '../support/spawned-service.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = await readFile(join(root, 'README.md'), 'utf8');

/** Examples are fenced blocks whose info string says how they are tested: ```sh test=curl expect=QUEUED */
const examples = [...readme.matchAll(/^```(\w+) test=(\S+)(?: expect=(\S+))?\n([\s\S]*?)^```$/gm)].map(
  ([, language, kind, expected, code]) => ({ language: language!, kind: kind!, expected: expected ?? '', code: code! }),
);

/** Tools that a machine may lack; every other kind of example is run everywhere. */
const TOOLS: Readonly<Record<string, { readonly command: readonly [string, ...string[]]; readonly install: string }>> =
  {
    grpcurl: {
      command: ['grpcurl', '-version'],
      install:
        'go install github.com/fullstorydev/grpcurl/cmd/grpcurl@v1.9.4 (the buf curl examples run over the same reflection)',
    },
    python: { command: ['python3', '--version'], install: 'apt-get install python3' },
    go: { command: ['go', 'version'], install: 'https://go.dev/dl' },
  };
const missing = new Set<string>();
for (const [
  kind,
  {
    command: [program, ...args],
    install,
  },
] of Object.entries(TOOLS)) {
  if (
    await run(program, args).then(
      () => true,
      () => false,
    )
  )
    continue;
  missing.add(kind);
  console.warn(
    `\n*** ${program} is not on the PATH: the ${kind} examples of the README are NOT run. To run them: ${install}\n`,
  );
}

let folder: string;
let service: SpawnedService;

beforeAll(async () => {
  // Inside the checkout, so that the Node example finds its packages as a reader's would.
  await mkdir(join(root, '.cutroom'), { recursive: true });
  folder = await mkdtemp(join(root, '.cutroom/readme-'));
  await Promise.all([makeMedia(), writeTools(), symlink(join(root, 'proto'), join(folder, 'proto'))]);
  for (const { kind, code } of examples) {
    if (kind.startsWith('file:')) await writeFile(join(folder, kind.slice(5)), code);
  }
  service = await spawnService({
    CUTROOM_DATA_DIR: `${folder}-data`,
    CUTROOM_INPUT_ROOTS: folder,
    CUTROOM_SLOTS: '2',
  });
});

afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true });
  await rm(`${folder}-data`, { recursive: true });
});

describe('the examples of the README', () => {
  it('include some for each kind of client', () => {
    expect(new Set(examples.map(({ kind }) => kind))).toEqual(
      new Set([
        'file:spec.json',
        'file:timeline.json',
        'file:outputs.json',
        'cli',
        'grpcurl',
        'buf',
        'curl',
        'eventsource',
        'node',
        'python',
        'go',
      ]),
    );
  });

  it.for(
    examples
      .filter(({ kind }) => !kind.startsWith('file:'))
      .map((example) => ({ title: titleOf(example), ...example })),
  )('run as printed: $title', async ({ kind, code, expected, language }, { skip }) => {
    skip(missing.has(kind), `${kind} is not installed`);
    const text = code
      .replaceAll('127.0.0.1:50051', service.grpc)
      .replaceAll('127.0.0.1:8080', new URL(service.http).host)
      .replaceAll(/\bID\b/g, /\bID\b/.test(code) ? await submitted(/cancel\b/.test(code) ? 'long' : 'short') : '');
    const [extension, program, ...args] = runnerOf(language);
    const file = join(folder, `example-${kind}.${extension}`);
    // Node 20 has no EventSource of its own, as a browser has.
    await writeFile(file, kind === 'eventsource' ? `import { EventSource } from 'eventsource';\n${text}` : text);
    const { stdout } = await run(program, [...args, file], { cwd: folder, env: environment() });
    expect(stdout).toContain(expected);
  });
});

/** What runs a language's examples: the file's ending, then the command. */
function runnerOf(language: string): readonly [string, string, ...string[]] {
  switch (language) {
    case 'sh':
      return ['sh', 'bash', '-euo', 'pipefail'];
    case 'js':
      return ['mjs', process.execPath];
    case 'python':
      return ['py', 'python3'];
    case 'go':
      return ['go', 'go', 'run'];
    default:
      throw new Error(`no example can be in ${language}`);
  }
}

function titleOf({ kind, code }: { kind: string; code: string }): string {
  return `${kind}: ${code.trim().split('\n')[0] ?? ''}`;
}

/** A new task for the examples that need one: done in a second, or not before a minute. */
async function submitted(length: 'short' | 'long'): Promise<string> {
  const montage =
    length === 'short'
      ? { materials: [{ uri: 'beach.mp4' }], resolution: 144 }
      : { materials: [{ uri: 'sunset.png' }], longestClip: '600s' };
  const answer = await fetch(`${service.http}/v1/tasks`, {
    method: 'POST',
    body: JSON.stringify({ spec: { montage } }),
  });
  const task = (await answer.json()) as { taskId: string };
  expect(answer.status, JSON.stringify(task)).toBe(200);
  return task.taskId;
}

async function makeMedia(): Promise<void> {
  const make = (file: string, source: string, ...output: string[]): Promise<unknown> =>
    run('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', source, ...output, join(folder, file)]);
  await make('beach.mp4', 'testsrc2=size=320x240:rate=30:duration=2', '-pix_fmt', 'yuv420p');
  await make('sunset.png', 'color=orange:size=300x400', '-frames:v', '1');
  await make('voice.wav', 'sine=frequency=300:duration=3');
  await make('music.wav', 'sine=frequency=200:duration=1');
}

/** What a reader has on the PATH: `cutroom` by npm link, buf by npm; grpcurl is installed or the examples are not run. */
async function writeTools(): Promise<void> {
  await mkdir(join(folder, 'bin'));
  const bin = join(root, 'dist/src/cli/cutroom.js');
  await writeFile(join(folder, 'bin/cutroom'), `#!/bin/sh\nexec '${process.execPath}' '${bin}' "$@"\n`, {
    mode: 0o755,
  });
}

function environment(): NodeJS.ProcessEnv {
  const path = [join(folder, 'bin'), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
  return { ...process.env, PATH: path, CUTROOM_GRPC_ADDRESS: service.grpc };
}
