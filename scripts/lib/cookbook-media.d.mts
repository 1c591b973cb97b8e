/** Makes the inputs of the cookbook's specs in a folder. */
export function makeCookbookMedia(folder: string, options?: { readonly divisor?: number }): Promise<void>;
