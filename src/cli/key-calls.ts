import type { TaskServiceClient } from '../../generated/cutroom/v1/task_service.js';

/** The calls of `cutroom keys`, of a server or of a store. */
export type KeyCalls = Pick<TaskServiceClient, 'createApiKey' | 'listApiKeys' | 'revokeApiKey'>;
