import { parentPort, workerData } from 'node:worker_threads';
import { performTextJob } from './perform-text-job.js';
import type { TextJob } from './text-job.js';

// The program of a worker thread: one job, one answer.
parentPort?.postMessage(await performTextJob(workerData as TextJob));
