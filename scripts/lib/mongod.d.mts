export function findMongod(): string | null;
export function ensureMongod(): Promise<string>;
