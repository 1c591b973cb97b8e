import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cli } from './cli-harness.js';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-completion-'));
  for (const shell of ['bash', 'zsh', 'fish'])
    await writeFile(join(folder, shell), (await cli(['completion', shell])).stdout);
  await writeFile(join(folder, 'my spec.json'), '{}');
});
afterAll(() => rm(folder, { recursive: true }));

const lines = (text: string) => text.split('\n').filter((line) => line !== '');

/** The candidates that the real bash finds for the last of some words. Its completion of files works only at a terminal. */
async function inBash(...words: readonly string[]): Promise<string[]> {
  const script = `source ./bash; COMP_WORDS=(cutroom "$@"); COMP_CWORD=$#
compopt() { echo "compopt $*"; }
_cutroom cutroom; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return lines((await run('bash', ['--norc', '-euc', script, 'bash', ...words], { cwd: folder })).stdout);
}

/** The candidates that the real fish finds, without their descriptions. */
async function inFish(line: string): Promise<string[]> {
  const env = { ...process.env, HOME: folder, XDG_CONFIG_HOME: folder };
  const { stdout } = await run('fish', ['--no-config', '-c', `source ./fish; complete -C '${line}'`], {
    cwd: folder,
    env,
  });
  return lines(stdout).map((candidate) => candidate.split('\t')[0]!);
}

/** Types a line and a tab into the real zsh, at a terminal of its own. @returns all that it showed when `expected` was there. */
async function inZsh(line: string, expected: string): Promise<string> {
  const script = `zmodload zsh/zpty; zpty shell zsh -f -i
zpty -w shell 'autoload -U compinit && compinit -u -D; source ./zsh; zstyle ":completion:*" list-prompt ""; unsetopt prompt_cr; PS1=; print rea""dy'
zpty -r -m shell shown '*ready*'
zpty -w -n shell "$1"$'\\t'
zpty -r -m shell shown "*$2*"
print -r -- "$shown"; zpty -d shell`;
  const env = { ...process.env, TERM: 'dumb', ZDOTDIR: folder };
  return (await run('zsh', ['-f', '-c', script, 'zsh', line, expected], { cwd: folder, env, timeout: 20_000 })).stdout;
}

describe('the completion of bash', () => {
  it('completes commands, options and choices', async () => {
    expect(await inBash('sub')).toEqual(['submit']);
    expect(await inBash('')).toEqual(expect.arrayContaining(['render', 'serve', 'list', 'completion', '--json']));
    expect(await inBash('submit', '--w')).toEqual(['--watch', '--wait']);
    expect(await inBash('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  });

  it('knows a command behind global options, and the values of options', async () => {
    expect(await inBash('--address', 'localhost:1', '--json', 'list', '--fi')).toEqual(['--filter']);
    expect(await inBash('submit', '--label', '')).toEqual([]);
    expect(await inBash('--address', '')).toEqual([]);
  });

  it('leaves the names of files to readline', async () => {
    expect(await inBash('submit', '')).toEqual(['compopt -o default']);
    expect(await inBash('render', '-o', '')).toEqual(['compopt -o default']);
    expect(await inBash('get', '')).toEqual([]);
  });
});

describe('the completion of fish', () => {
  it('completes commands, options, choices and files', async () => {
    expect(await inFish('cutroom sub')).toEqual(['submit']);
    expect(await inFish('cutroom submit --w')).toEqual(expect.arrayContaining(['--watch', '--wait']));
    expect(await inFish('cutroom completion ')).toEqual(['bash', 'fish', 'zsh']);
    expect(await inFish('cutroom submit my')).toEqual(['my spec.json']);
    expect(await inFish('cutroom get my')).toEqual([]);
  });
});

describe('the completion of zsh', () => {
  it('completes commands, options and files', async () => {
    expect(await inZsh('cutroom sub', 'submit ')).toContain('submit ');
    expect(await inZsh('cutroom submit --val', '--validate-only')).toContain('--validate-only');
    expect(await inZsh('cutroom submit my', 'my?* spec.json')).toContain('spec.json');
    expect(await inZsh('cutroom completion z', 'zsh')).toContain('zsh');
  });
});
