/**
 * Remembers what was made for the newest keys. Only for what depends on its key alone and is not changed by those who get it.
 * @param size how many keys; the oldest are forgotten.
 */
export function createMemory<T>(size: number): (key: string, make: () => T) => T {
  // In order of making, oldest first.
  const known = new Map<string, T>();
  return (key, make) => {
    const value = known.get(key);
    if (value !== undefined) return value;
    const made = make();
    known.set(key, made);
    if (known.size > size) {
      const [oldest] = known.keys();
      if (oldest !== undefined) known.delete(oldest);
    }
    return made;
  };
}
