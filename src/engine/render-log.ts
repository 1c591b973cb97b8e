/** Takes what is worth keeping about a render: paths and command lines of the server are in it. A pino logger is one. */
export interface RenderLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
