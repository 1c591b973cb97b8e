import { readFile } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { RenderSpec } from '../../generated/cutroom/v1/spec.js';
import { UsageError } from './exit-code.js';
import { parseRenderSpec } from './json.js';

/**
 * Reads a RenderSpec in proto JSON from a file, or from `stdin` for `-`. Throws a UsageError when the file cannot be
 * read, and an Error that names the problem when its content is no RenderSpec. The server checks ranges.
 */
export async function readSpec(file: string, stdin: Readable): Promise<RenderSpec> {
  const content = await (file === '-' ? text(stdin) : readFile(file, 'utf8')).catch((error: unknown) => {
    throw new UsageError(`cannot read the spec: ${error instanceof Error ? error.message : String(error)}`);
  });
  const name = file === '-' ? 'the spec' : file;
  try {
    return parseRenderSpec(content);
  } catch (error) {
    throw new Error(
      `${name} is not a cutroom.v1.RenderSpec: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
