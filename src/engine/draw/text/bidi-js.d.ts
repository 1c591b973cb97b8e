/** The part of `bidi-js` that we use. Its own types are for a build that Node does not load as they say. */
declare module 'bidi-js/dist/bidi.mjs' {
  interface Levels {
    /** Of each UTF-16 unit; an odd one is right to left. */
    readonly levels: Uint8Array;
    readonly paragraphs: readonly { readonly level: number }[];
  }
  export default function bidiFactory(): {
    /** By the Unicode Bidirectional Algorithm. Without a direction each paragraph's first letter decides. */
    getEmbeddingLevels(text: string, direction?: 'ltr' | 'rtl'): Levels;
  };
}
