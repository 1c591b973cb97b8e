/** Preloaded into a server by `--import`, with `--expose-gc`: at SIGUSR2 it writes the size of its heap, in bytes, after two full collections, to the file `HEAP_FILE`. */
import { writeFileSync, renameSync } from 'node:fs';

process.on('SIGUSR2', () => {
  for (let i = 0; i < 2; i += 1) globalThis.gc();
  const file = process.env.HEAP_FILE;
  writeFileSync(`${file}.new`, String(process.memoryUsage().heapUsed));
  renameSync(`${file}.new`, file);
});
