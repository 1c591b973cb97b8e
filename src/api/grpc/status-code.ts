import { Status } from 'nice-grpc';

const KNOWN: ReadonlyMap<number, Status> = new Map(
  Object.values(Status).flatMap((code) => (typeof code === 'number' ? [[code, code]] : [])),
);

/** A number as the gRPC status that it is; UNKNOWN when it is none, as the gRPC specification has it. */
export function statusCode(code: number): Status {
  return KNOWN.get(code) ?? Status.UNKNOWN;
}
