import type { DifferenceName } from './differences.js';

/** One request that both transports get, each with tasks of its own. */
export interface Row {
  readonly name: string;
  readonly method?: string;
  /** `{queued}`, `{done}`, `{failed}` stand for a task in that state, `{transport}` for a label that all tasks of this transport and row have. */
  readonly target: string;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where they may differ. */
  readonly differs?: DifferenceName;
}

const spec = { montage: { materials: [{ uri: 'a.mp4' }] } };
const json = (value: unknown) => JSON.stringify(value);
const submit = (
  body: string | Buffer,
  more: Partial<Row> = {},
): Pick<Row, 'method' | 'target' | 'body'> & Partial<Row> => ({ method: 'POST', target: '/v1/tasks', body, ...more });
const list = (query: string) => `/v1/tasks?filter=labels.transport%3D%22{transport}%22&${query}`;
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const GOOD: readonly Row[] = [
  { name: 'submit', ...submit(json({ spec })) },
  {
    name: 'submit by proto names',
    ...submit(json({ spec, max_attempts: 3, labels: { project: 'x' }, validate_only: false })),
  },
  {
    name: 'submit by JSON names',
    ...submit(json({ spec, maxAttempts: 3, priority: -5, ttl: '90s', timeouts: { queue: '1.5s' } })),
  },
  {
    name: 'submit, enums by number',
    ...submit(json({ spec: { montage: { ...spec.montage, fit: 2 } }, admission: 1 })),
  },
  {
    name: 'submit, numbers as text and the other way round',
    ...submit('{"spec":{"montage":{"materials":[{"uri":"a.mp4"}],"resolution":"144"}},"priority":"7","requestId":""}'),
  },
  {
    name: 'submit, nulls',
    ...submit('{"spec":{"montage":{"materials":[{"uri":"a.mp4"}],"resolution":null}},"ttl":null,"labels":null}'),
  },
  { name: 'submit JSON with the content type of a form', ...submit(json({ spec }), { headers: form }) },
  {
    name: 'submit with an ignored query',
    ...submit(json({ spec }), { target: '/v1/tasks?priority=5&utm=x' }),
    differs: 'query-beside-a-body',
  },
  {
    name: 'submit, ignoring unknown names',
    ...submit(json({ spec, nonsense: 1 }), { target: '/v1/tasks?$alt=json%3Bignore-unknown&utm=x' }),
  },
  { name: 'validate only', ...submit(json({ spec, validateOnly: true })) },
  { name: 'get, queued', target: '/v1/tasks/{queued}' },
  { name: 'get, failed', target: '/v1/tasks/{failed}' },
  { name: 'get, done', target: '/v1/tasks/{done}' },
  { name: 'get, full view by name', target: '/v1/tasks/{done}?view=TASK_VIEW_FULL' },
  { name: 'get, full view by number', target: '/v1/tasks/{failed}?view=2' },
  { name: 'get, long poll that is over', target: '/v1/tasks/{done}?wait_for_revision_after=1&waitTimeout=1s' },
  { name: 'get, percent-encoded', target: '/v1/tasks/%7B{queued}' },
  { name: 'get, a query name of the path', target: '/v1/tasks/{queued}?name=tasks/other' },
  {
    name: 'get, unknown query names',
    target: '/v1/tasks/{queued}?utm_source=x&a.b.c=1&labels[x]=1',
    differs: 'unknown-name',
  },
  {
    name: 'get, ignoring unknown query names',
    target: '/v1/tasks/{queued}?utm_source=x&a.b.c=1&labels[x]=1&$alt=json%3Bignore-unknown',
  },
  { name: 'list', target: list('') },
  { name: 'list, one page', target: list('page_size=2') },
  { name: 'list, oldest first', target: list('order_by=create_time&pageSize=1') },
  { name: 'cancel', method: 'POST', target: '/v1/tasks/{queued}:cancel', body: '{}' },
  { name: 'cancel without a body', method: 'POST', target: '/v1/tasks/{queued}:cancel' },
  {
    name: 'cancel, the path overrules the body',
    method: 'POST',
    target: '/v1/tasks/{queued}:cancel',
    body: '{"name":"tasks/other"}',
  },
  { name: 'retry', method: 'POST', target: '/v1/tasks/{failed}:retry', body: '{}' },
  { name: 'delete', method: 'DELETE', target: '/v1/tasks/{done}' },
  {
    name: 'get, enums by number',
    target: '/v1/tasks/{failed}?$alt=json%3Benum-encoding%3Dint',
    differs: 'enum-numbers',
  },
  { name: 'capabilities', target: '/v1/capabilities' },
];

const STREAMS: readonly Row[] = [
  { name: 'watch to the end', target: '/v1/tasks/{done}:watch' },
  { name: 'watch from before the end', target: '/v1/tasks/{done}:watch?after_revision=1' },
  { name: 'watch from the end', target: '/v1/tasks/{done}:watch?after_revision=3', differs: 'empty-stream' },
  { name: 'watch a missing task', target: '/v1/tasks/nobody:watch' },
  { name: 'watch from nowhere', target: '/v1/tasks/{done}:watch?after_revision=-1' },
  {
    name: 'watch from an invalid revision',
    target: '/v1/tasks/{done}:watch?after_revision=x',
    differs: 'parse-errors-say-more',
  },
  {
    name: 'watch to a deadline',
    target: '/v1/tasks/{queued}:watch',
    headers: { 'grpc-timeout': '700m' },
    differs: 'deadline-text',
  },
];

const ERRORS: readonly Row[] = [
  { name: 'not found', target: '/v1/tasks/nobody' },
  { name: 'a bad name', target: '/v1/tasks/%20' },
  {
    name: 'every violation',
    ...submit(
      json({
        requestId: 'no',
        spec: { montage: { materials: [{ uri: 'missing.mp4' }, { uri: '' }], resolution: -1, backgroundColor: 'red' } },
      }),
    ),
  },
  { name: 'an unknown enum number', ...submit(json({ spec: { montage: { ...spec.montage, fit: 99 } } })) },
  { name: 'an empty object', ...submit('{}') },
  { name: 'an empty body', ...submit('') },
  {
    name: 'more violations than a trailer holds',
    ...submit(json({ spec: { montage: { materials: Array.from({ length: 150 }, () => ({ uri: '' })) } } })),
    differs: 'every-violation',
  },
  { name: 'cancel an ended task', method: 'POST', target: '/v1/tasks/{done}:cancel', body: '{}' },
  { name: 'retry a queued task', method: 'POST', target: '/v1/tasks/{queued}:retry', body: '{}' },
  { name: 'delete a queued task', method: 'DELETE', target: '/v1/tasks/{queued}' },
  { name: 'a foreign page token', target: '/v1/tasks?page_token=nonsense' },
  { name: 'a negative page size', target: '/v1/tasks?page_size=-1' },
  { name: 'an invalid filter', target: '/v1/tasks?filter=what' },
  { name: 'probe on a server without ffmpeg', method: 'POST', target: '/v1/media:probe', body: '{"uri":"a.mp4"}' },
];

const MALFORMED: readonly Row[] = [
  { name: 'truncated JSON', ...submit('{"spec":'), differs: 'parse-errors-say-more' },
  { name: 'no JSON', ...submit('spec=1'), differs: 'parse-errors-say-more' },
  { name: 'a list', ...submit('[]'), differs: 'parse-errors-say-more' },
  { name: 'null', ...submit('null'), differs: 'parse-errors-say-more' },
  { name: 'more than one object', ...submit(`${json({ spec })} {"x":1}`), differs: 'rest-of-the-body' },
  {
    name: 'a field twice',
    ...submit('{"priority":1,"priority":2,"spec":{"montage":{"materials":[{"uri":"a.mp4"}]}}}'),
    differs: 'field-twice',
  },
  {
    name: 'not UTF-8',
    ...submit(Buffer.concat([Buffer.from('{"requestId":"'), Buffer.from([0xff]), Buffer.from('"}')])),
    differs: 'parse-errors-say-more',
  },
  { name: 'text for a number', ...submit(json({ spec, priority: 'high' })), differs: 'parse-errors-say-more' },
  { name: 'a number for text', ...submit(json({ spec, requestId: 5 })), differs: 'parse-errors-say-more' },
  { name: 'a number out of range', ...submit(json({ spec, priority: 3e9 })), differs: 'parse-errors-say-more' },
  { name: 'a malformed duration', ...submit(json({ spec, ttl: '5' })), differs: 'parse-errors-say-more' },
  {
    name: 'two of a oneof',
    ...submit('{"spec":{"montage":{"materials":[{"uri":"a.mp4"}],"subtitles":{"uri":"x","cues":{}}}}}'),
    differs: 'parse-errors-say-more',
  },
  { name: 'an unknown field', ...submit(json({ spec, nonsense: 1 })), differs: 'unknown-name' },
  {
    name: 'an unknown nested field',
    ...submit(json({ spec: { montage: { ...spec.montage, longestClipp: '5s' } } })),
    differs: 'unknown-name',
  },
  {
    name: 'an unknown enum name',
    ...submit(json({ spec: { montage: { ...spec.montage, fit: 'FIT_NO' } } })),
    differs: 'enum-name',
  },
  { name: 'a query that is no number', target: '/v1/tasks?page_size=many', differs: 'parse-errors-say-more' },
  { name: 'a query that is no enum', target: '/v1/tasks/{queued}?view=NO', differs: 'parse-errors-say-more' },
  { name: 'a query given twice', target: '/v1/tasks?page_size=1&page_size=2', differs: 'parse-errors-say-more' },
  { name: 'a query with a bad escape', target: '/v1/tasks?page_token=%zz', differs: 'parse-errors-say-more' },
  {
    name: 'a malformed timeout',
    target: '/v1/tasks/{queued}',
    headers: { 'grpc-timeout': 'soon' },
    differs: 'parse-errors-say-more',
  },
  {
    name: 'a timeout without a unit',
    target: '/v1/tasks/{queued}',
    headers: { 'grpc-timeout': '5' },
    differs: 'parse-errors-say-more',
  },
  {
    name: 'malformed binary metadata',
    target: '/v1/tasks/{queued}',
    headers: { 'grpc-metadata-x-bin': '!!' },
    differs: 'parse-errors-say-more',
  },
];

const METHODS: readonly Row[] = [
  { name: 'a missing path', target: '/v1/nothing', differs: 'nothing-there' },
  { name: 'a missing path below a task', target: '/v1/tasks/a/b', differs: 'nothing-there' },
  { name: 'a slash at the end', target: '/v1/tasks/', differs: 'empty-id' },
  {
    name: 'an unknown verb',
    method: 'POST',
    target: '/v1/tasks/{queued}:explode',
    body: '{}',
    differs: 'unknown-verb',
  },
  { name: 'an unsupported method', method: 'PUT', target: '/v1/tasks', body: '{}', differs: 'method-not-allowed' },
  { name: 'a verb by another method', target: '/v1/tasks/{queued}:cancel', differs: 'get-of-a-verb' },
  { name: 'POST to a task', method: 'POST', target: '/v1/tasks/{queued}', body: '{}', differs: 'method-not-allowed' },
  { name: 'HEAD', method: 'HEAD', target: '/v1/tasks/{queued}', differs: 'head-is-served' },
  { name: 'OPTIONS', method: 'OPTIONS', target: '/v1/tasks', differs: 'method-not-allowed' },
  { name: 'a long query in a form', method: 'POST', target: '/v1/tasks/{queued}', body: 'view=2', headers: form },
  {
    name: 'a form that overrides its method',
    method: 'POST',
    target: '/v1/tasks',
    body: 'page_size=-1',
    headers: { ...form, 'x-http-method-override': 'GET' },
  },
  { name: 'an override that is no form', ...submit(json({ spec }), { headers: { 'x-http-method-override': 'GET' } }) },
  {
    name: 'a body that is too large',
    ...submit(`{"requestId":"${'x'.repeat(4 * 1024 * 1024)}"}`),
    differs: 'body-too-large',
  },
  {
    name: 'a compressed body',
    ...submit(json({ spec }), { headers: { 'content-encoding': 'gzip' } }),
    differs: 'compressed-body',
  },
];

const TIMEOUTS: readonly Row[] = [
  ...['1H', '1M', '10S', '5000m', '5000000u', '5000000000n', '0S'].map((timeout) => ({
    name: `in time: ${timeout}`,
    target: '/v1/tasks/{queued}',
    headers: { 'grpc-timeout': timeout },
  })),
  {
    name: 'too late',
    target: '/v1/tasks/{queued}?wait_for_revision_after=1&wait_timeout=30s',
    headers: { 'grpc-timeout': '150m' },
    differs: 'deadline-text',
  },
];

export const ROWS: readonly Row[] = [...GOOD, ...STREAMS, ...ERRORS, ...MALFORMED, ...METHODS, ...TIMEOUTS];
