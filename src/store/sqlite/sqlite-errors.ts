/** Whether SQLite itself said no (full disk, I/O error, lock), as opposed to a bug on our side of it. */
export function isSqliteError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}
