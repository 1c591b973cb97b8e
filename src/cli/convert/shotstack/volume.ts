/** How long the fades of a soundtrack and of `volumeEffect` take. */
export const VOLUME_FADE_NS = 2_000_000_000n;

/** The words of a soundtrack's `effect` and an asset's `volumeEffect`. */
export const VOLUME_EFFECTS: Readonly<Record<string, { readonly in: boolean; readonly out: boolean }>> = {
  none: { in: false, out: false },
  fadeIn: { in: true, out: false },
  fadeOut: { in: false, out: true },
  fadeInFadeOut: { in: true, out: true },
};
