import type { JsonObject } from '@bufbuild/protobuf';

const JPEG: JsonObject = { 'image/jpeg': { schema: { type: 'string', contentMediaType: 'image/jpeg' } } };

/** The path of the preview of a running task. */
export function previewPath(tag: string): Record<string, JsonObject> {
  const error = { $ref: '#/components/responses/Error' };
  const task = { name: 'task', in: 'path', required: true, description: 'The id of the task.' };
  const get = {
    operationId: 'GetPreview',
    summary: 'Answers with a small picture of a frame that was just rendered.',
    description: 'Only the server that renders the task has one; any other answers 404 with PREVIEW_NOT_FOUND.',
    tags: [tag],
    parameters: [{ ...task, schema: { type: 'string', minLength: 1 } }],
    responses: { 200: { description: 'The picture.', content: JPEG }, '4XX': error, '5XX': error },
  };
  return { '/v1/tasks/{task}/preview.jpg': { get } };
}
