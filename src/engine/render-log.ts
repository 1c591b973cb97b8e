/** Logs facts about a render, among them paths and command lines of the server. A pino logger is one. */
export interface RenderLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
