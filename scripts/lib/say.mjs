const colored = process.stdout.isTTY === true && !process.env.NO_COLOR;
const paint = (code, text) => (colored ? `\u001b[${code}m${text}\u001b[0m` : text);

export const bold = (text) => paint('1', text);
export const dim = (text) => paint('2', text);
export const green = (text) => paint('32', text);
export const red = (text) => paint('31', text);

/** One line about what happens now. */
export function say(text) {
  process.stdout.write(`${text}\n`);
}

/** Something the user must do or know; on stderr. */
export function warn(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * Runs one step and prints how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const startedMs = performance.now();
  const seconds = () => ((performance.now() - startedMs) / 1000).toFixed(1);
  try {
    const result = await work();
    say(`${green('✓')} ${title} ${dim(`${seconds()} s`)}`);
    return result;
  } catch (error) {
    say(`${red('✗')} ${title} ${dim(`${seconds()} s`)}`);
    throw error;
  }
}
