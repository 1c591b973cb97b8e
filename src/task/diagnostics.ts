/** How an attempt was rendered; `diagnostics.proto` says what each part means. */
export interface Diagnostics {
  readonly attempt: number;
  readonly ffmpegVersion: string;
  readonly commands: readonly CommandRun[];
}

/** One command that was run. */
export interface CommandRun {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly filterGraph: string;
  readonly exitCode: number;
  readonly signal: string;
  readonly watchdog: string;
  readonly stderr: string;
  readonly lastProgress: string;
  readonly peakMemoryBytes: number;
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** What a stored document may take. */
const MAX_BYTES = 256 * 1024;
/** What is left of a long text when it has to be cut: its end, where errors stand. */
const CUT_CHARS = 4_000;

/** The diagnostics as they are stored: JSON of at most 256 KiB, for which long texts are cut and then the first commands left out. */
export function formatDiagnostics(diagnostics: Diagnostics): string {
  const whole = JSON.stringify(diagnostics);
  if (Buffer.byteLength(whole) <= MAX_BYTES) return whole;
  const cut = (text: string) => (text.length > CUT_CHARS ? `…${text.slice(-CUT_CHARS)}` : text);
  let commands = diagnostics.commands.map((run) => ({
    ...run,
    arguments: run.arguments.map(cut),
    filterGraph: cut(run.filterGraph),
    stderr: cut(run.stderr),
  }));
  for (;;) {
    const json = JSON.stringify({ ...diagnostics, commands });
    if (Buffer.byteLength(json) <= MAX_BYTES || commands.length === 0) return json;
    commands = commands.slice(Math.ceil(commands.length / 2));
  }
}
