const LINE = /^([a-z_][a-z0-9_]*(?:\{(?:[a-z_][a-z0-9_]*="[^"]*",?)*\})?) (nan|[+-]?inf|[-+.e0-9]+)$/i;

/** The samples of a page in the Prometheus text format, by name and labels as they are printed. Throws at a line that is none. */
export function samplesOf(text: string): Record<string, number> {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples: Record<string, number> = {};
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('# HELP ') || line.startsWith('# TYPE ')) continue;
    const [, key, value] = LINE.exec(line) ?? [];
    if (key === undefined) throw new Error(`not a sample: ${line}`);
    if (key in samples) throw new Error(`twice: ${key}`);
    // What is not finite, as the lag of an event loop that has not turned yet, is of no interest here.
    samples[key] = Number(value);
  }
  return samples;
}
