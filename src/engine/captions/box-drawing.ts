/** How far the handles of a Bézier curve reach for it to be a quarter of a circle, for a radius of 1. */
const CIRCLE = 0.5523;

/** A rectangle as an ASS drawing, its upper left corner at the origin, its corners rounded by `radius` (0: not). Whole pixels. */
export function boxDrawing(size: { width: number; height: number; radius: number }): string {
  const [w, h] = [Math.round(size.width), Math.round(size.height)];
  const r = Math.min(Math.round(size.radius), Math.floor(w / 2), Math.floor(h / 2));
  if (r === 0) return `m 0 0 l ${w} 0 ${w} ${h} 0 ${h}`;
  const k = Math.round(r * (1 - CIRCLE));
  return [
    `m ${r} 0 l ${w - r} 0 b ${w - k} 0 ${w} ${k} ${w} ${r}`,
    `l ${w} ${h - r} b ${w} ${h - k} ${w - k} ${h} ${w - r} ${h}`,
    `l ${r} ${h} b ${k} ${h} 0 ${h - k} 0 ${h - r}`,
    `l 0 ${r} b 0 ${k} ${k} 0 ${r} 0`,
  ].join(' ');
}
