/** Filters that `withAlpha` uses. */
export const WITH_ALPHA_FILTERS = ['alphamerge', 'blend', 'format', 'lut', 'scale', 'split'];

/**
 * Chains that make a picture with alpha of colours that are multiplied by it, in RGB at pad `colors`, and of that alpha, in grey. From 8.1 on ffmpeg believes that colours
 * without alpha are not multiplied, and `unpremultiply` multiplies them first: this divides them in every version.
 */
export function withAlpha(colors: string, alpha: string, to: string): string[] {
  return [
    `[${alpha}]split[${to}1][${to}2]`,
    `[${to}1]lut=y='max(val,1)',scale=in_range=pc:out_range=pc,format=gbrp[${to}3]`,
    `[${colors}][${to}3]blend=all_mode=divide[${to}4]`,
    `[${to}4][${to}2]alphamerge[${to}]`,
  ];
}
