import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { findNewerFfmpeg } from '../../../scripts/lib/newer-ffmpeg.mjs';
import { findToolchain } from '../../../src/engine/capabilities.js';
import { parseCodecs, parseNames, parseVersion } from '../../../src/engine/parse-capabilities.js';
import { missingParts } from '../../../src/engine/required-parts.js';

const ask = (option: string, program = 'ffmpeg') =>
  execFileSync(program, ['-hide_banner', option], { encoding: 'utf8' });

describe('the capabilities of ffmpeg', () => {
  it('are read from the tables of ffmpeg 5', () => {
    const filters = parseNames(ask('-filters'));
    expect(missingParts(filters, parseCodecs(ask('-codecs')).encoders)).toEqual([]);
    // Neither the legend nor the heading is a name.
    for (const name of ['Timeline', 'Filters', '=', 'Video']) expect(filters.has(name)).toBe(false);
    expect(parseCodecs(ask('-codecs')).decodable).toContain('h264');
    expect(parseCodecs(ask('-codecs')).decodable).not.toContain('amf');
  });

  it.each([
    ['this machine', 'ffmpeg'],
    ['the newer ffmpeg', findNewerFfmpeg()?.ffmpeg ?? 'ffmpeg'],
  ])('have the encoders and decoders that the tables of their own list, on %s', (_, program) => {
    const { encoders, decoders } = parseCodecs(ask('-codecs', program));
    expect(encoders).toEqual(parseNames(ask('-encoders', program)));
    expect(decoders).toEqual(parseNames(ask('-decoders', program)));
  });

  it('are read from the tables of ffmpeg 8, which have one column less', () => {
    const filters =
      ' T.. = Timeline support\n .S. = Slice threading\n ..  acopy             A->A       Copy the input audio unchanged.\n TS adrawgraph        A->V       Draw a graph.\n';
    expect([...parseNames(filters)]).toEqual(['acopy', 'adrawgraph']);
    const encoders =
      'Encoders:\n V..... = Video\n ------\n V....D libx264              libx264 H.264 (codec h264)\n A....D aac                  AAC\n';
    expect([...parseNames(encoders)]).toEqual(['libx264', 'aac']);
  });

  it('are compared with the needed parts, which are named where they are missing', () => {
    expect(missingParts(new Set(), new Set(['aac', 'libx264']))).toContain('the filter ass');
    expect(missingParts(parseNames(ask('-filters')), new Set(['aac', 'mjpeg', 'pcm_f32le']))).toEqual([
      'the encoder libx264',
    ]);
  });

  it.each([
    ['ffmpeg version 5.1.9-0+deb12u1 Copyright', '5.1.9-0+deb12u1', 5],
    ['ffmpeg version n9.0.2-17-g2a571b6068 Copyright', 'n9.0.2-17-g2a571b6068', 9],
    ['ffmpeg version N-12345-gabc Copyright', 'N-12345-gabc', null],
  ])('include the version of "%s"', (text, version, majorVersion) => {
    expect(parseVersion(text)).toEqual({ version, majorVersion });
  });
});

describe('findToolchain', () => {
  const signal = new AbortController().signal;

  it('finds ffmpeg, its wrapper and its codecs', async () => {
    const tools = await findToolchain({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, signal);
    expect(tools.ffmpeg).toMatch(/^\/.*ffmpeg$/);
    expect(tools.wrapper.slice(-3)).toEqual(['--pdeathsig', 'KILL', '--']);
    expect(tools.decodableCodecs.size).toBeGreaterThan(100);
  });

  it('names the package to install when ffmpeg is missing or another program has its name', async () => {
    await expect(findToolchain({ ffmpeg: 'no-ffmpeg-here', ffprobe: 'ffprobe' }, signal)).rejects.toMatchObject({
      failure: {
        reason: 'FFMPEG_MISSING',
        message: expect.stringMatching(/no-ffmpeg-here not found: install ffmpeg .*apt-get install ffmpeg/) as string,
      },
    });
    await expect(findToolchain({ ffmpeg: 'false', ffprobe: 'ffprobe' }, signal)).rejects.toMatchObject({
      failure: { reason: 'FFMPEG_MISSING' },
    });
    await expect(findToolchain({ ffmpeg: 'true', ffprobe: 'ffprobe' }, signal)).rejects.toMatchObject({
      failure: { reason: 'FFMPEG_MISSING', message: expect.stringContaining('lacks the filter') as string },
    });
  });
});
