import { Task } from '../../../generated/cutroom/v1/task.js';
import { jsonType } from '../../wire/proto-json.js';
import { withMetadata } from './call-metadata.js';
import { openCallScope } from './call-scope.js';
import { printerOf, type Printing } from './endpoint.js';
import { type EventSource, streamResponse } from './event-stream.js';
import type { GatewayOptions, Handler, RoutedRequest } from './handler.js';
import { InProcessContext } from './in-process-context.js';
import { createNdjson } from './ndjson.js';
import type { Route } from './route-table.js';
import { createSse, wantsSse } from './sse.js';
import type { StreamFormat } from './stream-format.js';
import { watchEndpointOf } from './watch-endpoint.js';

/** WatchTask over HTTP: as server-sent events for those who accept them, else as lines of JSON. */
export function watchHandler(route: Route, { service, chain, markSlowReader }: GatewayOptions): Handler {
  const endpoint = watchEndpointOf(route, service, chain);
  const formatFor = formats();
  return async (routed) => {
    const { request, timeoutMs, printing } = routed;
    const sse = wantsSse(request);
    const scope = openCallScope({ timeoutMs, caller: request.signal });
    const context = new InProcessContext(request, scope);
    const call = endpoint(sse ? fromLastEvent(routed) : routed.read, context);
    const source: EventSource = {
      events: call.events,
      cut: () => {
        markSlowReader(call.request);
      },
      close: () => {
        // The one wakes a call that waits, the other ends one that was left at an event.
        scope.close();
        call.events.return().catch(() => undefined);
      },
    };
    return withMetadata(await streamResponse(source, formatFor(sse, printing)), context);
  };
}

/** The formats, made once, so that all who watch a task share what was printed for the first. */
function formats(): (sse: boolean, printing: Printing) => StreamFormat {
  const print = printerOf(jsonType(Task, 'cutroom.v1.Task'));
  const made = (printing: Printing) => ({
    sse: createSse((task) => print(task, printing)),
    lines: createNdjson((task) => print(task, printing)),
  });
  const all = { names: made({ enums: 'names' }), numbers: made({ enums: 'numbers' }) };
  return (sse, { enums }) => (sse ? all[enums].sse : all[enums].lines);
}

/** A browser that comes back names the last message that it has seen: that is newer than what its URL says. */
function fromLastEvent({ read, request }: RoutedRequest): RoutedRequest['read'] {
  const cursor = request.headers['last-event-id'] ?? '';
  return () => (cursor === '' ? read() : { ...read(), afterRevision: cursor });
}
