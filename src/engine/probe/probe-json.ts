/** The parts of ffprobe's JSON that are used. Everything in it may be missing. */
export interface ProbeJson {
  readonly packets?: readonly ProbePacket[];
  readonly streams?: readonly ProbeStream[];
  readonly format?: {
    readonly format_name?: string;
    readonly duration?: string;
    readonly start_time?: string;
    readonly size?: string;
    readonly nb_streams?: number;
  };
}

export interface ProbePacket {
  readonly stream_index?: number;
  readonly pts_time?: string;
  readonly dts_time?: string;
  readonly duration_time?: string;
  readonly flags?: string;
}

export interface ProbeStream {
  readonly index: number;
  readonly codec_name?: string;
  readonly codec_type?: string;
  /** The container's own name of the codec; numbers for what is no text. */
  readonly codec_tag_string?: string;
  readonly profile?: string;
  readonly width?: number;
  readonly height?: number;
  readonly pix_fmt?: string;
  readonly sample_aspect_ratio?: string;
  readonly color_space?: string;
  readonly color_range?: string;
  readonly color_transfer?: string;
  readonly color_primaries?: string;
  readonly field_order?: string;
  readonly avg_frame_rate?: string;
  readonly r_frame_rate?: string;
  readonly time_base?: string;
  readonly start_time?: string;
  readonly duration?: string;
  /** With `-count_packets`. */
  readonly nb_read_packets?: string;
  readonly bit_rate?: string;
  readonly channels?: number;
  readonly sample_rate?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly disposition?: Readonly<Record<string, number>>;
  readonly side_data_list?: readonly { readonly rotation?: number }[];
}

/** Reads ffprobe's output. @throws SyntaxError when it is not JSON. */
export function parseProbeJson(text: string): ProbeJson {
  return JSON.parse(text) as ProbeJson;
}

/** Seconds as ffprobe writes them, in microseconds. Null: missing or N/A. */
export function microseconds(text: string | undefined): number | null {
  const value = text === undefined ? NaN : Number(text);
  return Number.isFinite(value) ? Math.round(value * 1e6) : null;
}

/** `30000/1001` as ffprobe writes rates. Null: unknown, which it writes as `0/0`. */
export function rational(text: string | undefined): { num: number; den: number } | null {
  const match = /^(\d+)[/:](\d+)$/.exec(text ?? '');
  const num = Number(match?.[1] ?? 0);
  const den = Number(match?.[2] ?? 0);
  return num > 0 && den > 0 ? { num, den } : null;
}

/** The length that a Matroska file states for one stream, `00:00:04.000000000`. */
export function durationTagUs(stream: ProbeStream): number | null {
  const tag = Object.entries(stream.tags ?? {}).find(([name]) => name.toUpperCase() === 'DURATION')?.[1];
  const match = /^(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(tag ?? '');
  return match ? Math.round((Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])) * 1e6) : null;
}
