import type { PeerCertificate } from 'node:tls';
import type { ClientCertificate } from '../../task/authenticator.js';

/** The names in a certificate that a caller has shown; null: it has shown none. */
export function clientCertificate(shown: PeerCertificate | undefined): ClientCertificate | null {
  if (shown?.subject === undefined) return null;
  const subject = Object.entries(shown.subject).flatMap(([key, value]: [string, string | string[] | undefined]) =>
    (Array.isArray(value) ? value : [value ?? '']).map((one) => `${key}=${one}`),
  );
  return { subject, names: namesIn(shown.subjectaltname ?? ''), validToMs: Date.parse(shown.valid_to) };
}

/** Node writes them with commas between, and a name that itself has a comma or a quote as a JSON string. */
function namesIn(text: string): string[] {
  return [...text.matchAll(/([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/g)].map(([, kind = '', value = '']) => {
    if (!value.startsWith('"')) return `${kind}:${value}`;
    return `${kind}:${String(JSON.parse(value))}`;
  });
}
