import type { CallContext } from 'nice-grpc';
import type { DeleteTaskRequest } from '../../../../generated/cutroom/v1/task_service.js';
import type { Empty } from '../../../../generated/google/protobuf/empty.js';
import { parseTaskName } from '../../../wire/task-name.js';
import { tenantOf } from '../../tenant.js';
import type { MethodDeps } from './method-deps.js';

/** DeleteTask: record and outputs are gone. */
export function deleteTask({ tasks }: MethodDeps) {
  return async (request: DeleteTaskRequest, context: CallContext): Promise<Empty> => {
    await tasks.delete({ tenant: tenantOf(context), id: parseTaskName(request.name) });
    return {};
  };
}
