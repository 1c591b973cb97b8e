/** The last part of a text that arrives in pieces. */
export interface TextTail {
  push(chunk: Buffer): void;
  /** What was kept; begins with `…` when something before it was dropped. */
  text(): string;
}

/** Keeps the last `maxBytes` of a text: a process that complains for hours costs no more memory than this. */
export function createTextTail(maxBytes: number): TextTail {
  let kept = Buffer.alloc(0);
  let dropped = false;
  return {
    push(chunk) {
      kept = Buffer.concat([kept, chunk]);
      if (kept.length > maxBytes) {
        kept = kept.subarray(kept.length - maxBytes);
        dropped = true;
      }
    },
    text: () => (dropped ? '…' : '') + kept.toString('utf8'),
  };
}
