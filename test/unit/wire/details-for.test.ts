import { describe, expect, it } from 'vitest';
import type { Caller } from '../../../src/task/caller.js';
import { detailsFor } from '../../../src/wire/details-for.js';
import { startThreadTime } from '../../support/thread-time.js';

const caller = (...scopes: Caller['scopes'][number][]): Caller => ({ tenant: 't', principal: 'p', scopes });
const SPEC = {
  montage: {
    materials: [
      { uri: 'https://user:secret@a.test/b.mp4?X-Signature=secret' },
      { uri: '{{base}}/b.mp4?X-Signature=secret' },
      { uri: '{{ base }}{{query}}' },
      { uri: ' https://{{host}}/b.mp4?{{query}}' },
    ],
    subtitles: { cues: { cues: [{ text: 'What is this? Hello, {{name}}!' }] } },
  },
  outputs: [
    {
      destination: { httpPut: { url: '{{base}}?secret', headers: { authorization: 'Bearer secret', 'x-a': '{{t}}' } } },
    },
  ],
  variables: { base: 'https://a.test', query: '?X-Signature=secret' },
};
const seenBy = (by: Caller) =>
  JSON.parse(
    detailsFor(by, { specJson: JSON.stringify(SPEC), diagnosticsJson: null }).specJson ?? 'null',
  ) as typeof SPEC;

describe('the spec of a task', () => {
  it('has no query, user, header or value of a variable for callers without tasks.read_full', () => {
    const seen = seenBy(caller('tasks.read'));
    expect(JSON.stringify(seen)).not.toContain('secret');
    expect(seen.montage).toEqual({
      materials: [
        { uri: 'https://a.test/b.mp4?redacted' },
        { uri: '{{base}}/b.mp4?redacted' },
        { uri: '{{ base }}{{query}}' },
        { uri: ' https://{{host}}/b.mp4?redacted' },
      ],
      subtitles: SPEC.montage.subtitles,
    });
    expect(seen.outputs[0]!.destination.httpPut).toEqual({
      url: '{{base}}?redacted',
      headers: { authorization: 'redacted', 'x-a': 'redacted' },
    });
    expect(seen.variables).toEqual({ base: 'redacted', query: 'redacted' });
  });

  it('is whole for those that have it', () => {
    expect(seenBy(caller('tasks.read', 'tasks.read_full'))).toEqual(SPEC);
  });

  it('is looked through in linear time', () => {
    const specJson = JSON.stringify({ uri: '{{a}}'.repeat(100_000) });
    const since = startThreadTime();
    detailsFor(caller('tasks.read'), { specJson, diagnosticsJson: null });
    expect(since().cpuMs).toBeLessThan(2_000);
  });
});
