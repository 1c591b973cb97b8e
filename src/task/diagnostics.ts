/** How an attempt was rendered; `diagnostics.proto` documents each part. */
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

/** The largest stored document. */
const MAX_BYTES = 256 * 1024;
/** The length that long texts are cut to. Their end is kept, where errors are. */
const CUT_CHARS = 4_000;

/** The diagnostics as they are stored: JSON of at most 256 KiB, for which long texts are cut first, and then the first commands left out. */
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
