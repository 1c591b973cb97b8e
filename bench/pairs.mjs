/** Rates of two sides by turns, and the processes that measure them. */
import { fork } from 'node:child_process';
import { dim, say } from '../scripts/lib/say.mjs';
import { cpuMsOf } from './server-costs.mjs';

/**
 * Ours and theirs by turns; the first pair warms both up and is not counted. With the process ids of both servers also the CPU time that a call takes there, which
 * a busy machine disturbs less than the rate.
 * @param {{load: object, rounds: number, pids?: {ours: number, theirs: number}}} options
 */
export async function compare(name, ours, theirs, { load, rounds, pids }) {
  const [ratios, costRatios] = [[], []];
  const rates = { ours: [], theirs: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const order = round % 2 === 0 ? ['ours', 'theirs'] : ['theirs', 'ours'];
    const [rate, cost] = [{}, {}];
    for (const side of order) {
      const asked = side === 'ours' ? ours : theirs;
      const before = pids ? cpuMsOf(pids[side]) : 0;
      rate[side] = await load.ask(asked);
      if (pids) cost[side] = (cpuMsOf(pids[side]) - before) / (rate[side] * asked.durationMs);
    }
    if (round === 0) continue;
    ratios.push(rate.ours / rate.theirs);
    if (pids) costRatios.push(cost.ours / cost.theirs);
    for (const side of order) rates[side].push(rate[side]);
  }
  const perSecond = (values) => `${Math.round(median(values))}/s`;
  say(
    dim(
      `${name}: ours ${perSecond(rates.ours)}, theirs ${perSecond(rates.theirs)}, ratios ${ratios.map((r) => r.toFixed(2)).join(' ')}`,
    ),
  );
  const costs = pids ? ` ${name}_cpu_ratio=${median(costRatios).toFixed(3)}` : '';
  say(`RESULT ${name}_ratio=${median(ratios).toFixed(3)}${costs}`);
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
