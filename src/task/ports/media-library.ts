/** An input that a caller may name. */
export interface LibraryFile {
  /** Its name alone. */
  readonly name: string;
  /** As requests name it: relative to an input root, never a path of the server. */
  readonly uri: string;
  readonly sizeBytes: number;
}

/** What callers look for. */
export type MediaKind = 'sound' | 'picture';

/** How the names of files end that are taken for sounds, and for videos and images. Lower case. */
export const MEDIA_ENDINGS: Readonly<Record<MediaKind, readonly string[]>> = {
  sound: ['.mp3', '.wav', '.m4a', '.aac', '.flac', '.ogg', '.opus'],
  picture: ['.mp4', '.mov', '.avi', '.mkv', '.webm', '.jpg', '.jpeg', '.png', '.webp'],
};

/** What lies in the input roots. */
export interface MediaLibrary {
  /** Sounds, or videos and images, by their names' endings, in a folder of the roots (empty: all of them); in order of `uri`, at most a thousand. */
  list(kind: MediaKind, folder: string): Promise<readonly LibraryFile[]>;
}
