/** An input that a caller may name. */
export interface LibraryFile {
  /** Its name alone. */
  readonly name: string;
  /** As requests name it: relative to an input root, never a path of the server. */
  readonly uri: string;
  readonly sizeBytes: number;
}

/** What lies in the input roots. */
export interface MediaLibrary {
  /** Sounds, or videos and images, by their names' endings, in a folder of the roots (empty: all of them); in order of `uri`, at most a thousand. */
  list(kind: 'sound' | 'picture', folder: string): Promise<readonly LibraryFile[]>;
}
