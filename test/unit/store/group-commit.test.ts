import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connection, openConnection } from '../../../src/store/sqlite/connection.js';
import { createGroupCommit } from '../../../src/store/sqlite/group-commit.js';

let folder: string;
let connection: Connection;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutroom-group-'));
  connection = openConnection(join(folder, 'db.sqlite'));
});
afterEach(async () => {
  connection.close();
  await rm(folder, { recursive: true });
});

const insert = (name: string) => () =>
  connection.run('full', 'INSERT INTO secrets (name, value) VALUES (?, ?)', name, Buffer.from(name));
const names = () => connection.rows('SELECT name FROM secrets ORDER BY name').map((row) => row.name);

/** Counts the transactions. */
function counted(): { connection: Connection; commits: () => number } {
  let commits = 0;
  const transaction: Connection['transaction'] = (durability, body) => {
    commits += 1;
    return connection.transaction(durability, body);
  };
  return { connection: { ...connection, transaction }, commits: () => commits };
}

describe('the group commit', () => {
  it('commits the changes of one turn together', async () => {
    const { connection: watched, commits } = counted();
    const group = createGroupCommit(watched);
    await Promise.all(['a', 'b', 'c'].map((name) => group.run(insert(name))));
    expect([commits(), names()]).toEqual([1, ['a', 'b', 'c']]);
    await group.run(insert('d'));
    expect(commits()).toBe(2);
  });

  it('commits changes beyond the size of one commit in the next ones, in order', async () => {
    const { connection: watched, commits } = counted();
    const group = createGroupCommit(watched);
    const told: string[] = [];
    const all = Array.from({ length: 20 }, (_, i) => String.fromCharCode(97 + i));
    await Promise.all(all.map((name) => group.run(insert(name)).then(() => told.push(name))));
    expect([names(), told]).toEqual([all, all]);
    expect(commits()).toBe(3);
  });

  it('rolls back a change that fails, and keeps the others', async () => {
    const group = createGroupCommit(connection);
    const half = () => {
      insert('half')();
      throw new Error('half-way');
    };
    const results = await Promise.allSettled([
      group.run(insert('a')),
      group.run(half),
      group.run(insert('a')),
      group.run(insert('b')),
    ]);
    expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
    expect(names()).toEqual(['a', 'b']);
  });

  it('commits the waiting changes at a flush before the file is closed', async () => {
    const group = createGroupCommit(connection);
    const waiting = group.run(insert('a'));
    group.flush();
    await waiting;
    expect(names()).toEqual(['a']);
    connection.close();
    await expect(group.run(insert('b'))).rejects.toMatchObject({ detail: { reason: 'STORE_UNAVAILABLE' } });
  });

  /** A disk that is told when to be ready. */
  function slowDisk(): { connection: Connection; ready: () => void; broken: (error: Error) => void } {
    let ready = (): void => undefined;
    let broken: (error: Error) => void = () => undefined;
    const sync = () =>
      new Promise<void>((resolve, reject) => {
        ready = resolve;
        broken = reject;
      });
    return {
      connection: { ...connection, sync },
      ready: () => {
        ready();
      },
      broken: (error) => {
        broken(error);
      },
    };
  }

  it('acknowledges nothing before it is on the disk, though it can be read', async () => {
    const { connection: slow, ready } = slowDisk();
    const group = createGroupCommit(slow);
    let isTold = false;
    const waiting = group.run(insert('a')).then(() => {
      isTold = true;
    });
    group.flush();
    await new Promise(setImmediate);
    expect([names(), isTold]).toEqual([['a'], false]);
    ready();
    await waiting;
  });

  it('rejects all waiting changes when the disk fails', async () => {
    const { connection: slow, broken } = slowDisk();
    const group = createGroupCommit(slow);
    const results = Promise.allSettled([group.run(insert('a')), group.run(insert('b'))]);
    group.flush();
    broken(new Error('EIO'));
    expect((await results).map((result) => result.status)).toEqual(['rejected', 'rejected']);
  });
});
