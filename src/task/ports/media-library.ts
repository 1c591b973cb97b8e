/** An input that a caller can name. */
export interface LibraryFile {
  /** Its name alone. */
  readonly name: string;
  /** As requests name it: relative to an input root, never a path of the server. */
  readonly uri: string;
  readonly sizeBytes: number;
}

/** A kind of input: audio, or a video or image. */
export type MediaKind = 'audio' | 'visual';

/** The endings of file names of each kind, in lower case. */
export const MEDIA_ENDINGS: Readonly<Record<MediaKind, readonly string[]>> = {
  audio: ['.mp3', '.wav', '.m4a', '.aac', '.flac', '.ogg', '.opus'],
  visual: ['.mp4', '.mov', '.avi', '.mkv', '.webm', '.jpg', '.jpeg', '.png', '.webp'],
};

/** The files in the input roots. */
export interface MediaLibrary {
  /** Files of one kind, by their names' endings, in a folder of the roots (empty: all of them); in order of `uri`, at most a thousand. */
  list(kind: MediaKind, folder: string): Promise<readonly LibraryFile[]>;
}
