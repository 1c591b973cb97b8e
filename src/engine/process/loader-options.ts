/** A process that was started with a loader, such as one for TypeScript, needs it for its programs too; they need nothing else of its options. */
export function loaderOptions(options: readonly string[]): string[] {
  return options.flatMap((option, i) => {
    if (option.startsWith('--import=')) return [option];
    return option === '--import' ? [option, options[i + 1] ?? ''] : [];
  });
}
