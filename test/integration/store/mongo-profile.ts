import type { Db, Document } from 'mongodb';
import { expect } from 'vitest';

/** What the server says it did for the last query or update of a call, on tasks, in a database with `profile: 2`. */
export async function profileIn(db: Db, call: () => Promise<unknown>): Promise<Document> {
  const filter = { ns: `${db.databaseName}.tasks`, op: { $in: ['query', 'update'] }, appName: /^cutroom/ };
  const profiles = db.collection('system.profile');
  const before = await profiles.countDocuments(filter);
  await call();
  const [profile, ...more] = await profiles.find(filter, { skip: before }).toArray();
  expect(more).toEqual([]);
  return profile ?? {};
}
