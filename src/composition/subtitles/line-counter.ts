/** Tells the line that places of a text are on, the first line being 1; each place asked for must not be before the one asked for last. */
export function createLineCounter(text: string): (at: number) => number {
  let line = 1;
  // Looked for once: from each place anew, a text of one line would be searched to its end again and again.
  let feed = text.indexOf('\n');
  return (at) => {
    while (feed >= 0 && feed < at) {
      line += 1;
      feed = text.indexOf('\n', feed + 1);
    }
    return line;
  };
}
