/** Rates of two sides by turns, and the processes that measure them. */
import { fork } from 'node:child_process';
import { dim, say } from '../scripts/lib/say.mjs';

/** Ours and theirs by turns; the first pair warms both up and is not counted. */
export async function compare(name, ours, theirs, { load, rounds }) {
  const ratios = [];
  const rates = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const order = round % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours'];
    const rate = {};
    for (const side of order) rate[side] = await load.ask(side === 'ours' ? ours : theirs);
    if (round === 0) continue;
    ratios.push(rate.ours / rate.theirs);
    for (const side of order) rates[side].push(rate[side]);
  }
  const perSecond = (values) => `${Math.round(median(values))}/s`;
  say(
    dim(
      `${name}: ours ${perSecond(rates.ours)}, theirs ${perSecond(rates.theirs)}, ratios ${ratios.map((r) => r.toFixed(2)).join(' ')}`,
    ),
  );
  say(`RESULT ${name}_ratio=${median(ratios).toFixed(3)}`);
}

/** Another process that takes one order at a time. */
export function helper(file) {
  const child = fork(new URL(file, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  let settle = () => undefined;
  child.on('message', (answer) => settle(answer));
  child.once('exit', () => settle({ error: `${file} ended` }));
  return {
    async ask(order) {
      const answered = new Promise((resolve) => {
        settle = resolve;
      });
      child.send(order);
      const answer = await answered;
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer.result ?? answer;
    },
    end() {
      if (child.connected) child.disconnect();
    },
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
