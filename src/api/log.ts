/** The part of a structured logger that the API uses: fields, then a message. */
export interface ApiLog {
  isLevelEnabled(level: string): boolean;
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
