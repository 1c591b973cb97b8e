/** The sum of so many pads, each as loud as it is. */
export function mix(count: number): string[] {
  return count > 1 ? [`amix=inputs=${count}:normalize=0:duration=longest:dropout_transition=0`] : [];
}
