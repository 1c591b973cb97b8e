/** Where the JSON API may differ from grpc-gateway, and why. Everything else must be the same: status, content type, metadata and body. */
export interface Difference {
  /** What must be the same nevertheless; or the HTTP statuses, which must be just these. */
  readonly allowed: 'text' | 'content-type' | 'enums' | { readonly ours: number; readonly theirs: number };
  readonly reason: string;
}

const differences = {
  'parse-errors-say-more': {
    allowed: 'text',
    reason:
      'Each reader of JSON has words of its own for what it cannot read. Ours come with the details of every other error: ErrorInfo, and BadRequest with body or query as the field.',
  },
  'deadline-text': {
    allowed: 'text',
    reason:
      'Behind a gateway it depends on who notices first, the gateway or the server: they have different words for it.',
  },
  'every-violation': {
    allowed: 'text',
    reason:
      'A gateway has only what fits into a gRPC trailer. Here there is no trailer between, so that all violations are told.',
  },
  'nothing-there': { allowed: 'text', reason: 'The words of an error that no call is behind.' },
  'empty-stream': {
    allowed: 'content-type',
    reason:
      'A gateway learns of the type with the first message; here it is known before, and a stream without messages has it too.',
  },
  'enum-numbers': {
    allowed: 'enums',
    reason:
      '`$alt=json;enum-encoding=int` is a parameter of Google’s own APIs, which a gateway takes for an unknown name and ignores.',
  },
  'unknown-name': {
    allowed: { ours: 400, theirs: 200 },
    reason:
      'A gateway ignores names that it does not know, so that a misspelt field silently renders another video. `?$alt=json;ignore-unknown` ignores them here too.',
  },
  'query-beside-a-body': {
    allowed: { ours: 400, theirs: 200 },
    reason: 'A gateway ignores the query where the request is in the body: `?validateOnly=true` would render.',
  },
  'enum-name': {
    allowed: { ours: 400, theirs: 200 },
    reason:
      'A gateway ignores a name that the enum does not have, so that a slip of the pen silently means the default.',
  },
  'rest-of-the-body': {
    allowed: { ours: 400, theirs: 200 },
    reason:
      'A gateway reads the first JSON value and ignores what follows. That is more likely a mistake of the caller.',
  },
  'field-twice': {
    allowed: { ours: 200, theirs: 400 },
    reason:
      'JSON.parse takes the last of several, as browsers do; a reader of our own only for this would be slower and could be wrong.',
  },
  'empty-id': {
    allowed: { ours: 404, theirs: 400 },
    reason:
      'A gateway lets `*` match an empty segment, and the server refuses the name. There is no such resource in any case.',
  },
  'unknown-verb': {
    allowed: { ours: 404, theirs: 501 },
    reason: 'A gateway takes the verb for a part of the id and so finds another method at the path.',
  },
  'get-of-a-verb': {
    allowed: { ours: 405, theirs: 400 },
    reason:
      'A gateway takes the verb for a part of the id and asks for a task of that name; 405 with Allow says what is wrong.',
  },
  'method-not-allowed': {
    allowed: { ours: 405, theirs: 501 },
    reason:
      'RFC 9110, 15.5.6: 405 with Allow. A gateway has only gRPC’s code for it, UNIMPLEMENTED; `code` in the body is the same.',
  },
  'head-is-served': { allowed: { ours: 200, theirs: 501 }, reason: 'RFC 9110, 9.1: what has GET has HEAD.' },
  'body-too-large': {
    allowed: { ours: 413, theirs: 429 },
    reason:
      'RFC 9110, 15.5.14. A gateway reads it all and has the server refuse it, for which it has only the status of RESOURCE_EXHAUSTED; `code` is the same.',
  },
  'compressed-body': {
    allowed: { ours: 415, theirs: 200 },
    reason:
      'A gateway does not look at Content-Encoding and would try to read compressed bytes as JSON: this body says that it is compressed and is not.',
  },
} satisfies Record<string, Difference>;

export type DifferenceName = keyof typeof differences;

export const DIFFERENCES: Readonly<Record<DifferenceName, Difference>> = differences;
