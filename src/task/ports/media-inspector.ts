import type { Form } from '../../composition/form.js';
import type { Cue } from '../../composition/captions.js';
import type { Outline } from '../../composition/outline.js';
import type { ValidSpec } from '../../composition/parsed-spec.js';
import type { Warning } from '../../composition/warning.js';
import type { CacheMode } from '../task-options.js';
import type { Violation } from '../../composition/violation.js';

/** What an input is, as a render sees it; `media.proto` says what each part means. */
export interface MediaReport {
  readonly format: string;
  readonly durationUs: number | null;
  readonly video: VideoReport | null;
  readonly audio: {
    readonly codec: string;
    readonly sampleRate: number;
    readonly channels: number;
    readonly durationUs: number | null;
  } | null;
}

export interface VideoReport {
  readonly image: boolean;
  readonly codec: string;
  readonly width: number;
  readonly height: number;
  readonly rotation: 0 | 90 | 180 | 270;
  readonly frameRate: { readonly num: number; readonly den: number } | null;
  readonly durationUs: number | null;
  readonly pixelFormat: string;
  readonly alpha: boolean;
  /** Null: the file does not say. */
  readonly pixelAspectRatio: { readonly num: number; readonly den: number } | null;
  readonly mirrored: boolean;
  readonly displayWidth: number;
  readonly displayHeight: number;
  readonly orientationApplied: boolean;
  readonly decoded: boolean;
}

/** What a render would make. With violations it is null. */
export interface Resolved {
  readonly violations: readonly Violation[];
  readonly resolution: Resolution | null;
}

export interface Resolution {
  readonly videos: readonly ResolvedVideo[];
  readonly warnings: readonly Warning[];
  readonly estimate: {
    readonly pixelFrames: number;
    /** Of the commands that make pictures and sound. */
    readonly cpuUs: number;
  };
}

export interface ResolvedVideo {
  readonly outline: Outline;
  /** The text that is shown. */
  readonly cues: readonly Cue[];
}

/** For looks at all inputs of a spec. */
export interface SpecOptions {
  readonly signal: AbortSignal;
  /** The same spec as canonical JSON, as it is stored: what is passed on where another process looks at the inputs. */
  readonly specJson: string;
  /** As a task would use it. Default, and where another process looks at the inputs: USE. */
  readonly cache?: CacheMode;
}

/** Reads inputs without rendering them. */
export interface MediaInspector {
  /** What is in an input. @throws RenderError with `field`. */
  probe(uri: string, options: { field: string; signal: AbortSignal }): Promise<MediaReport>;

  /** What a render of this spec would make, or everything that it would find wrong with the inputs. */
  resolve(spec: ValidSpec, options: SpecOptions): Promise<Resolved>;

  /** Everything that a render of this form would find wrong with its inputs, as far as reading their heads tells. */
  check(form: Form, options: SpecOptions): Promise<readonly Violation[]>;
}

/** An inspector that refuses work beyond its limits. */
export interface LimitedInspector extends MediaInspector {
  /**
   * For callers that have a long way to their inspection, such as an upload.
   * @throws CallError INSPECTIONS_BUSY when an inspection would be refused now.
   */
  requireRoom(): void;

  /** Other machines look at the inputs, and see only what all machines share. */
  readonly isElsewhere?: true;

  /** Whether anyone is there to do it. False: this server has no ffmpeg, and no worker that has is there. */
  isThere(): Promise<boolean>;
}
