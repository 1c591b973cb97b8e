/** Of all that MoneyPrinterTurbo answers in its envelope. */
export const PREFIX = '/api/v1';

export function isMoneyPrinterTurboPath(path: string): boolean {
  return path === PREFIX || path.startsWith(`${PREFIX}/`);
}
