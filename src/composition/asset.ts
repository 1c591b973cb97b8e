/** An input, and the field of the request that named it. */
export interface AssetRef {
  readonly uri: string;
  readonly field: string;
}

/** A font of the server's operator, by file name, and the field of the request that named it. */
export interface FontRef {
  readonly name: string;
  readonly field: string;
}

/** The first mention of each URI, which is the one that errors name. */
export function firstOfEach<T extends { readonly uri: string }>(refs: readonly T[]): T[] {
  const first = new Map<string, T>();
  for (const ref of refs) if (!first.has(ref.uri)) first.set(ref.uri, ref);
  return [...first.values()];
}
