/** A time for people: `1.25 s`. */
export function inSeconds(us: number): string {
  return `${(us / 1e6).toFixed(2)} s`;
}
