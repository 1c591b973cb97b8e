import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createFeedNotifier } from '../../../src/store/feed-notifier.js';
import type { TaskHint } from '../../../src/task/ports/task-feed.js';
import { newTask } from '../../contract/store-under-test.js';

describe('the feed notifier', () => {
  it('passes hints and gaps to all listeners before it returns', () => {
    const notifier = createFeedNotifier();
    const heard: string[] = [];
    for (const name of ['a', 'b']) {
      notifier.feed.subscribe({
        onHint: (hint) => heard.push(`${name} ${hint.revision}`),
        onGap: () => heard.push(`${name} gap`),
      });
    }
    notifier.changed(newTask());
    notifier.gap();
    expect(heard).toEqual(['a 1', 'b 1', 'a gap', 'b gap']);
  });

  it('calls a listener twice that subscribed twice, and removes one subscription at a time', () => {
    const notifier = createFeedNotifier();
    const heard: TaskHint[] = [];
    const listener = {
      onHint: (hint: TaskHint) => {
        heard.push(hint);
      },
      onGap: () => undefined,
    };
    const stop = notifier.feed.subscribe(listener);
    notifier.feed.subscribe(listener);
    notifier.changed(newTask());
    expect(heard).toHaveLength(2);
    stop();
    stop();
    notifier.changed(newTask());
    expect(heard).toHaveLength(3);
  });

  it('calls the other listeners and keeps the write when one throws, and raises the error as uncaught', async () => {
    const notifier = createFeedNotifier();
    const heard: TaskHint[] = [];
    // The test runner listens for uncaught errors as well, and would count this one.
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    try {
      const uncaught = once(process, 'uncaughtException');
      notifier.feed.subscribe({
        onHint: () => {
          throw new Error('a bug in a listener');
        },
        onGap: () => undefined,
      });
      notifier.feed.subscribe({
        onHint: (hint) => {
          heard.push(hint);
        },
        onGap: () => undefined,
      });
      expect(() => {
        notifier.changed(newTask());
      }).not.toThrow();
      expect(heard).toHaveLength(1);
      expect((await uncaught)[0]).toMatchObject({ message: 'a bug in a listener' });
    } finally {
      for (const other of others) process.on('uncaughtException', other);
    }
  });
});
