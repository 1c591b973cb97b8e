/**
 * The URL with another first character of its signature.
 *
 * Signatures are random: one fixed character is the right one in a URL of 64.
 */
export function forgedUrl(url: string): string {
  const forged = url.replace(/(?<=signature=)./, (first) => (first === 'A' ? 'B' : 'A'));
  if (forged === url) throw new Error(`${url} has no signature`);
  return forged;
}
