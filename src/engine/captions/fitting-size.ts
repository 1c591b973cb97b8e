/** The smallest that text becomes, in pixels. */
const LEAST_SIZE = 1;
/** Halvings of what is between a size that fits and one that does not: to within a two-hundredth of it. */
const STEPS = 8;

/** The largest font size, `size` at most, at which a caption is no taller than the room for it. @param heightAt how tall it is at a size, its lines broken anew. */
export function fittingSize(size: number, room: number, heightAt: (size: number) => number): number {
  if (heightAt(size) <= room) return size;
  let [fits, isTooTall] = [Math.min(LEAST_SIZE, size), size];
  for (let step = 0; step < STEPS; step += 1) {
    const middle = (fits + isTooTall) / 2;
    if (heightAt(middle) <= room) fits = middle;
    else isTooTall = middle;
  }
  return fits;
}
