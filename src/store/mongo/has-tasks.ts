import { collectionsOf } from './collections.js';
import { connectClients } from './clients.js';

/** Whether a database has any task. Changes nothing. @throws Error as `createMongoStore`. */
export async function hasTasks(uri: string): Promise<boolean> {
  const clients = await connectClients(uri);
  try {
    const { tasks } = collectionsOf(clients);
    return (await tasks.findOne({}, { projection: { _id: 1 } })) !== null;
  } finally {
    await clients.close();
  }
}
