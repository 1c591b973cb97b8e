import { copyFile, link } from 'node:fs/promises';

/** Makes another name for the same file where that is possible, else a copy. @throws the system's error. */
export async function placeFile(from: string, to: string): Promise<void> {
  await link(from, to).catch(async (error: unknown) => {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (!['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP'].includes(code)) throw error;
    await copyFile(from, to);
  });
}
