const US_PER_SECOND = 1_000_000;

/**
 * A regular expression for durations in proto3's JSON (`1.5s`) within limits, both allowed, since JSON Schema has no other way to say them. Leading zeros
 * are left out, though they are read. @param range its upper limit is whole seconds.
 */
export function durationPattern({ minUs, maxUs }: { readonly minUs: number; readonly maxUs: number }): string {
  const max = maxUs / US_PER_SECOND;
  const whole = Math.ceil(minUs / US_PER_SECOND);
  const parts = [
    ...(whole * US_PER_SECOND === minUs ? [] : [`${whole - 1}\\.${fractionFrom(minUs % US_PER_SECOND)}`]),
    ...(whole < max ? [`(?:${wholeBetween(whole, max - 1)})(?:\\.[0-9]{1,9})?`] : []),
    `${max}(?:\\.0{1,9})?`,
  ];
  return `^(?:${parts.join('|')})s$`;
}

/** Decimals of at least so many millionths. */
function fractionFrom(us: number): string {
  const digits = us.toString().padStart(6, '0').replace(/0+$/, '');
  const alternatives = Array.from(digits).flatMap((digit, i) => {
    const isLast = i === digits.length - 1;
    const least = Number(digit) + (isLast ? 0 : 1);
    return least > 9 ? [] : [`${digits.slice(0, i)}[${least}-9][0-9]{0,${8 - i}}`];
  });
  return `(?:${alternatives.join('|')})`;
}

/** Whole numbers from `min` to `max`, without leading zeros. */
function wholeBetween(min: number, max: number): string {
  const parts: string[] = [];
  for (let length = String(min).length; length <= String(max).length; length += 1) {
    const from = Math.max(min, length === 1 ? 0 : 10 ** (length - 1));
    parts.push(digitsBetween(String(from), String(Math.min(max, 10 ** length - 1))));
  }
  return parts.join('|');
}

/** Numbers of as many digits as both limits have. */
function digitsBetween(low: string, high: string): string {
  const [a, b] = [Number(low[0]), Number(high[0])];
  const rest = low.length - 1;
  if (rest === 0) return digit(a, b);
  const [lowRest, highRest] = [low.slice(1), high.slice(1)];
  if (a === b) return `${a}(?:${digitsBetween(lowRest, highRest)})`;
  const [zeros, nines] = ['0'.repeat(rest), '9'.repeat(rest)];
  const first = lowRest === zeros ? a : a + 1;
  const last = highRest === nines ? b : b - 1;
  return [
    ...(first > a ? [`${a}(?:${digitsBetween(lowRest, nines)})`] : []),
    ...(first <= last ? [digit(first, last) + (rest === 1 ? '[0-9]' : `[0-9]{${rest}}`)] : []),
    ...(last < b ? [`${b}(?:${digitsBetween(zeros, highRest)})`] : []),
  ].join('|');
}

function digit(from: number, to: number): string {
  return from === to ? String(from) : `[${from}-${to}]`;
}
