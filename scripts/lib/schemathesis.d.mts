export const schemathesisFolder: string;
export function ensureSchemathesis(): Promise<void>;
