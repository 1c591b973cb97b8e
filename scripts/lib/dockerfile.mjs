/**
 * The stages of a Dockerfile, of which this reads the instructions that ours has.
 * @typedef {{name: string, text: string}} Instruction in capital letters, and what stands behind it
 * @typedef {{base: string, name: string | null, instructions: Instruction[]}} Stage
 * @param {string} text
 * @returns {Stage[]}
 */
export function parseDockerfile(text) {
  const stages = [];
  const lines = text.replaceAll(/\\\n\s*/g, '').split('\n');
  for (const line of lines) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, name, rest] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    if (name === undefined) throw new SyntaxError(`no instruction of a Dockerfile: ${line}`);
    if (name === 'FROM') {
      const [, base, stage = null] = /^(\S+)(?:\s+AS\s+(\S+))?$/.exec(rest) ?? [];
      stages.push({ base, name: stage, instructions: [] });
    } else {
      const stage = stages.at(-1);
      if (!stage) throw new SyntaxError(`before the first FROM: ${line}`);
      stage.instructions.push({ name, text: rest });
    }
  }
  return stages;
}

/** `NAME=value` pairs of ENV, without quotes. */
export function variablesOf(text) {
  return Object.fromEntries(
    text
      .split(/\s+/)
      .filter((pair) => pair !== '')
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
