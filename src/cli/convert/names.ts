const MAX_LENGTH = 64;

/** Gives names of a source ids that clips can have: letters, digits, `_`, `-` and `.`, at most 64; the same for the same name. */
export function newNames(): (name: string) => string {
  const given = new Map<string, string>();
  const taken = new Set<string>();
  return (name) => {
    const known = given.get(name);
    if (known !== undefined) return known;
    const plain = name.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, MAX_LENGTH) || 'clip';
    let id = plain;
    for (let n = 2; taken.has(id); n++) id = `${plain.slice(0, MAX_LENGTH - 8)}-${n}`;
    given.set(name, id);
    taken.add(id);
    return id;
  };
}
