/** A file that was checked is another one by now. */
export class FileSwappedError extends Error {
  override readonly name = 'FileSwappedError';

  constructor(cause: unknown) {
    super('a file was replaced between its check and its use', { cause });
  }
}
