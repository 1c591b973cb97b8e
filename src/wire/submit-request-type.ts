import { fromBinary } from '@bufbuild/protobuf';
import { type MessageFns, SubmitTaskRequest } from '../../generated/cutroom/v1/task_service.js';
import { jsonType } from './proto-json.js';

/** The one key that is special in an object literal: the generated decoder assigns it, and so loses it silently. */
const LOST_KEY = '__proto__';

const { desc } = jsonType(SubmitTaskRequest, 'cutroom.v1.SubmitTaskRequest');

/** SubmitTaskRequest with every label and variable that was sent, so that one with a bad name is refused and not dropped. */
export const submitRequestType: MessageFns<SubmitTaskRequest> = {
  ...SubmitTaskRequest,
  decode(input, length) {
    const request = SubmitTaskRequest.decode(input, length);
    if (!(input instanceof Uint8Array) || !Buffer.from(input.buffer, input.byteOffset, input.length).includes(LOST_KEY))
      return request;
    // The other library keeps them all. Where the word is part of another text this changes nothing.
    const { labels, spec } = fromBinary(desc, input) as unknown as Pick<SubmitTaskRequest, 'labels' | 'spec'>;
    return {
      ...request,
      labels: own(labels),
      ...(request.spec && spec && { spec: { ...request.spec, variables: own(spec.variables) } }),
    };
  },
};

/** With every key as a property of its own. */
function own(map: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map));
}
