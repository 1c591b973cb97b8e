/** A tenant and a day, as `utcDayOf` counts days. */
export interface TenantDay {
  readonly tenant: string;
  readonly day: number;
}

/** Sums of what tenants use within a UTC day, those of all processes that share the store together. Methods reject as those of `TaskStore`. */
export interface UsageStore {
  /** Pixels of a frame times frames that were added so far; 0: none. Days before yesterday may be forgotten. */
  pixelFramesOn(of: TenantDay): Promise<number>;

  /** Adds to the sum. It survives a crash of the process once this has resolved; a store that answers late may have added twice. */
  addPixelFrames(of: TenantDay, amount: number): Promise<void>;
}
