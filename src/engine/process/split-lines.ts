/** Longest line kept while it is incomplete: ffmpeg's own are shorter. */
const MAX_LINE = 4_096;

/** Calls `onLine` with each whole line of a text that comes in pieces, cut anywhere: ffmpeg writes a line of its log by parts. */
export function splitLines(onLine: (line: string) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n');
    rest = (lines.pop() ?? '').slice(-MAX_LINE);
    for (const line of lines) onLine(line);
  };
}
