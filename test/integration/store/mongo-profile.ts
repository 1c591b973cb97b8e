import type { Db, Document } from 'mongodb';
import { expect } from 'vitest';

/** What the server says it did for each query or update of a call, on tasks or another collection, in a database with `profile: 2`. */
export async function profilesIn(db: Db, call: () => Promise<unknown>, collection = 'tasks'): Promise<Document[]> {
  const filter = {
    ns: `${db.databaseName}.${collection}`,
    op: { $in: ['query', 'update', 'remove'] },
    appName: /^cutroom/,
  };
  const profiles = db.collection('system.profile');
  const before = await profiles.countDocuments(filter);
  await call();
  return profiles.find(filter, { skip: before }).toArray();
}

/** `profilesIn` of a call that needs one. */
export async function profileIn(db: Db, call: () => Promise<unknown>, collection?: string): Promise<Document> {
  const [profile, ...more] = await profilesIn(db, call, collection);
  expect(more).toEqual([]);
  return profile ?? {};
}

/** The same of a call that is one aggregation. */
export async function aggregationIn(db: Db, call: () => Promise<unknown>): Promise<Document> {
  const filter = { ns: `${db.databaseName}.tasks`, 'command.aggregate': 'tasks', appName: /^cutroom/, op: 'command' };
  const profiles = db.collection('system.profile');
  const before = await profiles.countDocuments(filter);
  await call();
  const [profile, ...more] = await profiles.find(filter, { skip: before }).toArray();
  expect(more).toEqual([]);
  return profile ?? {};
}
