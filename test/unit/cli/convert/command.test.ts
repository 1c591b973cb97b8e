import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { JsonValue } from '@bufbuild/protobuf';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRenderSpec } from '../../../../src/cli/json.js';
import { cli } from '../cli-harness.js';
import { EDITLY, SHOTSTACK } from './documents.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-convert-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('cutroom convert', () => {
  it('prints a spec that can be submitted, and the warnings on stderr, and exits with 0', async () => {
    const run = await cli(['convert', '-'], { stdin: JSON.stringify(SHOTSTACK.slideshow) });
    expect(run.exitCode).toBe(0);
    expect(parseRenderSpec(JSON.parse(run.stdout) as JsonValue).kind?.$case).toBe('timeline');
    expect(run.stderr).toContain(
      'warning: timeline.tracks[1].clips[1].asset: HTML has no counterpart; the clip is left out\n',
    );
  });

  it('reads JSON5 from a file and writes to a file, with $schema when asked', async () => {
    const [file, output] = [join(folder, 'trip.json5'), join(folder, 'spec.json')];
    await writeFile(file, EDITLY.trip);
    const run = await cli(['convert', file, '--output', output, '--schema', 'https://x.example/s.json']);
    expect(run).toMatchObject({ exitCode: 0, stdout: '' });
    expect(await readFile(output, 'utf8')).toMatch(
      /^\{\n {2}"\$schema": "https:\/\/x\.example\/s\.json",\n {2}"timeline"/,
    );
  });

  it.each([
    ['another document', '{"montage": {}}', /none of the known formats: a Shotstack edit .* or an OpenTimelineIO file/],
    ['a list', '[1]', /none of the known formats/],
    ['no JSON', 'once upon a time', /neither JSON nor JSON5/],
    ['a document with nothing to render', '{"timeline": {"tracks": []}}', /nothing that can be seen or heard/],
    ['deep nesting', `{"clips": ${'['.repeat(1000)}${']'.repeat(1000)}}`, /nested more than 300 levels/],
  ])('exits with 2 for %s', async (_, stdin, message) => {
    const run = await cli(['convert', '-'], { stdin });
    expect(run).toMatchObject({ exitCode: 2, stdout: '' });
    expect(run.stderr).toMatch(message);
  });

  it('exits with the code of wrong usage for a file that is not there and a format that is not known', async () => {
    expect((await cli(['convert', join(folder, 'missing.json')])).exitCode).toBe(64);
    expect((await cli(['convert', '-', '--from', 'fcpxml'])).exitCode).toBe(64);
  });

  it('takes a document for what --from says', async () => {
    const run = await cli(['convert', '-', '--from', 'otio'], { stdin: JSON.stringify(SHOTSTACK.slideshow) });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain('an OpenTimelineIO file has a Timeline');
  });
});
