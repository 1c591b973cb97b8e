import { describe, expect, it, vi } from 'vitest';
import { hintOf, type TaskFeedListener, type TaskHint } from '../../src/task/ports/task-feed.js';
import type { Store } from '../../src/task/ports/store.js';
import { progressed, succeeded } from '../../src/task/lifecycle.js';
import { claim, insertQueued, insertRunning, LONG_MS, newTask, useStore, type StoreKind } from './store-under-test.js';

const lease = { leaseMs: LONG_MS };
const eventually = { timeout: 10_000, interval: 10 };

/** Who changes a task tells everyone. */
export function describeFeed(kind: StoreKind): void {
  describe('feed', () => {
    const at = useStore(kind);

    it('announces every change of this process before the call resolves', async () => {
      const heard = listen(at.store);
      const task = newTask();
      await at.store.insert(task, '{}');
      expect(heard.hints).toContainEqual(hintOf(task));
      const running = claim(task);
      await at.store.replace(task, running, lease);
      expect(heard.hints).toContainEqual(hintOf(running));
    });

    it('announces no refused change', async () => {
      const task = await insertQueued(at.store, { requestId: 'r' });
      const running = claim(task);
      await at.store.replace(task, running, lease);
      const heard = listen(at.store);
      const again = newTask({ requestId: 'r' });
      await at.store.insert(again, '{}');
      await at.store.replace(task, { ...claim(task), revision: 7 }, lease);
      // What is stored after it is told after it.
      const last = await insertQueued(at.store);
      await vi.waitFor(() => {
        expect(heard.hints).toContainEqual(hintOf(last));
      }, eventually);
      expect(heard.hints.filter((hint) => hint.key.id === again.id || hint.revision === 7)).toEqual([]);
    });

    it('calls each listener until it unsubscribes', async () => {
      const first = listen(at.store);
      const second = listen(at.store);
      const one = await insertQueued(at.store);
      await vi.waitFor(() => {
        expect(idsOf(first)).toContain(one.id);
        expect(idsOf(second)).toContain(one.id);
      }, eventually);
      first.stop();
      const two = await insertQueued(at.store);
      await vi.waitFor(() => {
        expect(idsOf(second)).toContain(two.id);
      }, eventually);
      expect(idsOf(first)).not.toContain(two.id);
      first.stop();
    });

    it('lets a listener unsubscribe while it is called', async () => {
      const heard: TaskHint[] = [];
      const stop = at.store.feed.subscribe({
        onHint: (hint) => {
          heard.push(hint);
          stop();
        },
        onGap: () => undefined,
      });
      await insertQueued(at.store);
      await insertQueued(at.store);
      expect(heard).toHaveLength(1);
    });

    if (kind.shared) {
      it('announces every change of a state by another process, from the moment of subscribing', async () => {
        const other = await at.open();
        const heard = listen(at.store);
        const latest = new Map<string, number>();
        await Promise.all(
          Array.from({ length: 10 }, async () => {
            const task = await insertQueued(other);
            const running = claim(task);
            await other.replace(task, running, lease);
            const further = progressed(running, PROGRESS, 3);
            await other.replace(running, further, lease);
            const done = succeeded(further, { outputs: [], warnings: [] }, 4);
            await other.replace(further, done, lease);
            latest.set(task.id, done.revision);
          }),
        );
        await vi.waitFor(() => {
          for (const [id, revision] of latest) {
            const hints = heard.hints.filter((hint) => hint.key.id === id);
            expect(hints.map((hint) => hint.key.tenant)).toEqual(hints.map(() => 'default'));
            expect(Math.max(...hints.map((hint) => hint.revision))).toBe(revision);
          }
        }, eventually);
        expect(heard.gaps).toBe(0);
        // Whatever a hint says of state and fence is true at its revision.
        for (const hint of heard.hints) {
          expect(hint.state ?? STATES[hint.revision]).toBe(STATES[hint.revision]);
          expect(hint.fence ?? FENCES[hint.revision]).toBe(FENCES[hint.revision]);
        }
      });

      it('announces the progress of a task of another process while it is followed here', async () => {
        const other = await at.open();
        const heard = listen(at.store);
        const [followed, left] = [await insertRunning(other), await insertRunning(other)];
        at.store.feed.follow(left)();
        const unfollow = at.store.feed.follow(followed);
        const further = progressed(followed, PROGRESS, 3);
        await other.replace(followed, further, lease);
        await vi.waitFor(() => {
          expect(heard.hints.some(({ key, revision }) => key.id === followed.id && revision === 3)).toBe(true);
        }, eventually);
        unfollow();
        expect(heard.gaps).toBe(0);
      });

      it('announces a change only when a read returns it', async () => {
        const other = await at.open();
        const reads: Promise<boolean>[] = [];
        at.store.feed.subscribe({
          onHint: (hint) => {
            reads.push(at.store.get(hint.key).then((task) => task !== null && task.revision >= hint.revision));
          },
          onGap: () => undefined,
        });
        for (let i = 0; i < 20; i++) {
          const task = await insertQueued(other);
          await other.replace(task, claim(task), lease);
        }
        await vi.waitFor(() => {
          expect(reads.length).toBeGreaterThanOrEqual(40);
        }, eventually);
        expect(await Promise.all(reads)).toEqual(reads.map(() => true));
      });
    }
  });
}

const PROGRESS = {
  phase: 'RENDERING',
  percent: 9,
  framesDone: 1,
  framesTotal: 9,
  outTimeUs: 1,
  speed: 1,
  phaseTimings: [],
  remainingMs: null,
} as const;

const STATES = [null, 'QUEUED', 'RUNNING', 'RUNNING', 'SUCCEEDED'];
const FENCES = [null, 0, 1, 1, 1];

interface Heard {
  readonly hints: TaskHint[];
  gaps: number;
  stop(): void;
}

function listen(store: Store): Heard {
  const listener: TaskFeedListener = {
    onHint: (hint) => heard.hints.push(hint),
    onGap: () => {
      heard.gaps += 1;
    },
  };
  const heard: Heard = { hints: [], gaps: 0, stop: store.feed.subscribe(listener) };
  return heard;
}

function idsOf(heard: Heard): string[] {
  return heard.hints.map((hint) => hint.key.id);
}
