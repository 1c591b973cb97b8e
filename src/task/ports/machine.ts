/** The machine that this process works on. */
export interface Machine {
  /**
   * Why no work can be done on it at the moment, such as a full disk: a clause for operators, without paths. Null: nothing is known against it.
   * May be a second old. Never rejects.
   */
  problem(): Promise<string | null>;
}
