/** The oldest Node that this runs on. Imports nothing, so that an old one can read it. */
const MIN_NODE = [20, 19] as const;

/** The problem of a version of Node, for people; null when it is new enough. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return null;
  return `Node ${version} is too old: install Node ${MIN_NODE.join('.')} or later`;
}
