#!/usr/bin/env node
import { nodeProblem } from '../config/node-version.js';

/** As sysexits.h has it for a wrong installation. */
const EXIT_CONFIG = 78;

const problem = nodeProblem(process.versions.node);
if (problem === null) {
  // Loaded only now: an old Node fails on the syntax or the imports of the rest, and says nothing of its age.
  await import('./run.js');
} else {
  process.stderr.write(`cutroom: ${problem}\n`);
  process.exitCode = EXIT_CONFIG;
}
