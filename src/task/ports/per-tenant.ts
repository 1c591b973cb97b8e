/** A port whose answers differ by tenant: none of them says or uses anything of another tenant. */
export interface PerTenant<T> {
  /** @param tenant of a caller or a task, never of a request. */
  of(tenant: string): T;
}
