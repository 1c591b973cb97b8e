import type { UsageStore } from '../../task/ports/usage-store.js';
import { answer } from './beside-tasks.js';
import type { Connection } from './connection.js';

/** A row for each tenant and day. Each write removes the days before yesterday: no sweep is needed, and a clock that is set back a little finds its day. */
export function usageIn(connection: Connection): UsageStore {
  return {
    pixelFramesOn: ({ tenant, day }) =>
      answer(() => {
        const [row] = connection.rows('SELECT pixel_frames FROM usage WHERE day = ? AND tenant = ?', day, tenant);
        return row === undefined ? 0 : (row.pixel_frames as number);
      }),
    addPixelFrames: ({ tenant, day }, amount) =>
      answer(() => {
        connection.transaction('normal', () => {
          connection.run('normal', 'DELETE FROM usage WHERE day < ?', day - 1);
          connection.run(
            'normal',
            `INSERT INTO usage (day, tenant, pixel_frames) VALUES (?, ?, ?)
             ON CONFLICT DO UPDATE SET pixel_frames = pixel_frames + excluded.pixel_frames`,
            ...[day, tenant, amount],
          );
        });
      }),
  };
}
