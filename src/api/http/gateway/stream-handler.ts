import { Task } from '../../../../generated/cutroom/v1/task.js';
import { Heartbeat, Preview } from '../../../../generated/cutroom/v1/task_service.js';
import { jsonType, readCallersJson } from '../../../wire/proto-json.js';
import type { ResponseOf, StreamKey } from '../../service/method.js';
import type { StreamRpc } from '../../service/task-service.js';
import { forwarded, pulled } from '../../chain/stream.js';
import { withMetadata } from './call-metadata.js';
import { openCallScope } from './call-scope.js';
import { parseRequest, printerOf, type Printing } from './endpoint.js';
import { type EventSource, streamResponse } from './event-stream.js';
import type { GatewayOptions, Handler, RoutedRequest } from './handler.js';
import { HttpCall } from './http-call.js';
import type { Route } from './route-table.js';
import { createNdjson, createSse, type EventPrinter, type StreamFormat, wantsSse } from './stream-formats.js';

/** How the messages of one streaming RPC are written; `printing` is that of the caller. */
interface StreamForms<Message extends object> {
  readonly lines: (printing: Printing) => StreamFormat<Message>;
  readonly sse: (printing: Printing) => StreamFormat<Message>;
  /** The field of the request that `Last-Event-ID` stands for. */
  readonly cursor: string;
}

/** One entry for every RPC that streams: a missing one does not compile. */
const FORMS: { readonly [Key in StreamKey]: () => StreamForms<ResponseOf<Key>> } = {
  watchTask: () => {
    const printTask = printerOf(jsonType(Task, 'cutroom.v1.Task'));
    const printHeartbeat = printerOf(jsonType(Heartbeat, 'cutroom.v1.Heartbeat'));
    const printPreview = printerOf(jsonType(Preview, 'cutroom.v1.Preview'));
    const printerFor = (printing: Printing): EventPrinter => ({
      task: (task) => printTask(task, printing),
      heartbeat: (heartbeat) => printHeartbeat(heartbeat, printing),
      preview: (preview) => printPreview(preview, printing),
    });
    return {
      lines: byPrinting((printing) => createNdjson(printerFor(printing))),
      sse: byPrinting((printing) => createSse(printerFor(printing))),
      cursor: 'afterRevision',
    };
  },
};

/** A streaming RPC over HTTP: as server-sent events for callers who accept them, else as lines of JSON. */
export function streamHandler(
  { rpc: desc }: Route,
  rpc: StreamRpc,
  { chain, markSlowReader }: GatewayOptions,
): Handler {
  const { path, scope: access, requestType: type } = rpc;
  const requestType = jsonType(type, desc.input.typeName);
  const forms: StreamForms<object> = FORMS[rpc.key as StreamKey]();

  return async (routed) => {
    const { request: sent, timeoutMs, printing, unknownFields } = routed;
    const sse = wantsSse(sent);
    const read = sse ? fromLastEvent(routed, forms.cursor) : routed.read;
    const scope = openCallScope({ timeoutMs, caller: sent.signal });
    const origin = new HttpCall(sent, scope);
    const { request, fault } = parseRequest(
      () => readCallersJson(requestType, read(), { unknownFields }),
      type,
      'query',
    );
    const events = pulled<object>((sink) =>
      forwarded(
        origin.signal,
        chain.stream(
          { path, access, request, origin },
          (context, into) => {
            // Thrown here and not before, so that a malformed request is logged and answered like any other.
            if (fault) throw fault;
            return rpc.call(request, context)(into);
          },
          sink,
        ),
      ),
    );
    const source: EventSource<object> = {
      events,
      cut: () => {
        markSlowReader(request);
      },
      close: () => {
        // The one wakes a call that waits, the other ends one that was left at an event.
        scope.close();
        void events.return();
      },
    };
    return withMetadata(await streamResponse(source, (sse ? forms.sse : forms.lines)(printing)), origin);
  };
}

/** The formats, made once, so that all watchers of a task share the text that was printed for the first. */
function byPrinting<Format>(make: (printing: Printing) => Format): (printing: Printing) => Format {
  const formats = { names: make({ enums: 'names' }), numbers: make({ enums: 'numbers' }) };
  return ({ enums }) => formats[enums];
}

/** A browser that reconnects names the last message that it has seen: that is newer than the cursor in its URL. */
function fromLastEvent({ read, request }: RoutedRequest, cursor: string): RoutedRequest['read'] {
  const seen = request.headers['last-event-id'] ?? '';
  return () => (seen === '' ? read() : { ...read(), [cursor]: seen });
}
