import type { OutputUploader } from '../task/ports/output-uploader.js';
import type { HttpUploader } from './http/http-uploader.js';
import type { S3Uploader } from './s3/s3-uploader.js';

/** Puts files to every kind of destination. */
export function createOutputUploader({
  http,
  s3,
}: {
  readonly http: HttpUploader;
  readonly s3: S3Uploader;
}): OutputUploader {
  return {
    check(destination) {
      switch (destination.kind) {
        case 'http-put':
          return http.check(destination);
        case 's3':
          return s3.check(destination);
      }
    },
    put(order, signal) {
      const { destination } = order;
      switch (destination.kind) {
        case 'http-put':
          return http.put({ ...order, destination }, signal);
        case 's3':
          return s3.put({ ...order, destination }, signal);
      }
    },
  };
}
