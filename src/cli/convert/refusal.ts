/** A document cannot be converted at all; the message is for people and says why. */
export class RefusedDocumentError extends Error {
  override readonly name = 'RefusedDocumentError';
}
