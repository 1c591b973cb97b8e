import { test } from 'vitest';
import { writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { startGateway } from '../../scripts/lib/go-gateway.mjs';
import { startApiUnderTest } from '../integration/api/api-under-test.js';
import { ask } from './doors.js';
import { ROWS } from './rows.js';
test('probe', async () => {
  const under = await startApiUnderTest();
  const gateway = await startGateway(under.grpcAddress);
  let out = '';
  const cut = (v: unknown) => JSON.stringify(v).slice(0, 700);
  for (const row of ROWS) {
    const a = await ask(under.httpUrl, under, row).catch((e: unknown) => String(e));
    const b = await ask(gateway.url, under, row).catch((e: unknown) => String(e));
    if (isDeepStrictEqual(a, b)) { if (row.differs) out += `== SAME BUT ALLOWED ${row.name}: ${cut(a)}\n`; continue; }
    out += `${row.differs ? `(${row.differs})` : '!!!!'} ${row.name}\n   ours ${cut(a)}\n   go   ${cut(b)}\n`;
  }
  writeFileSync('/tmp/probe.txt', out);
  await gateway.stop(); await under.stop();
});
