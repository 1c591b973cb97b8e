/** What stands against using a URI, found without reading its bytes. */
export interface AssetProblem {
  /** For people; ends a sentence that begins with the field's name. */
  readonly description: string;
}

/** Where inputs come from. */
export interface AssetSource {
  /** What stands against a URI: no such file, not a file, outside the input roots (also by a symbolic link), a scheme that is not served. Null: nothing. */
  check(uri: string): Promise<AssetProblem | null>;

  /**
   * Makes the bytes of a URI available as a local file, again checked as above.
   * @returns the absolute path, free of symbolic links.
   * @throws RenderError INPUT_NOT_FOUND or INPUT_NOT_READABLE with `field`.
   */
  fetch(uri: string, options: { field: string; signal: AbortSignal }): Promise<string>;
}
