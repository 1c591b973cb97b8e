import { Counter, type Registry } from 'prom-client';

/** One fetch of an input from elsewhere. Both words are of short lists. */
export interface FetchedInput {
  readonly source: string;
  readonly result: string;
  readonly bytes: number;
}

export function createInputMetrics(registry: Registry): (fetched: FetchedInput) => void {
  const labels = { labelNames: ['source', 'result'], registers: [registry] };
  const fetches = new Counter({
    name: 'cutroom_inputs_fetched_total',
    help: 'Inputs from elsewhere that were fetched for renders and inspections, by source (http, s3, upload) and result: hit, shared, miss, damaged, reload, bypass.',
    ...labels,
  });
  const size = new Counter({
    name: 'cutroom_input_bytes_total',
    help: 'Bytes of the same inputs. Those of hit and shared were not downloaded.',
    ...labels,
  });
  return ({ source, result, bytes }) => {
    fetches.inc({ source, result });
    size.inc({ source, result }, bytes);
  };
}
