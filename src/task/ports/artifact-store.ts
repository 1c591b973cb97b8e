/** Names the result of a step of a render. */
export interface ArtifactKey {
  /** Artifacts are never shared between tenants. */
  readonly tenant: string;
  /** A hash of all that the result depends on, in lower-case hexadecimal. */
  readonly hash: string;
}

/** The results of steps that were made before: a step whose key is known need not be done again. It may forget any of them at any time. */
export interface ArtifactStore {
  /** Whether other machines find what this one keeps. */
  readonly isShared: boolean;

  /**
   * Puts an artifact at a path where nothing is yet. It may be shared with the store: it must not be changed there.
   * @returns the note that was stored with it; null: it is not there, or was damaged and is forgotten.
   */
  get(key: ArtifactKey, path: string): Promise<string | null>;

  /** Takes a copy of a finished file, and a short note. Both are whole or not there. @throws the system's error, with nothing left behind. */
  put(key: ArtifactKey, path: string, note: string): Promise<void>;
}
