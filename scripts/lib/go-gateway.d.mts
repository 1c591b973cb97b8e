/** Starts the gateway that `ensureGateway` has built in front of a gRPC server, given as host:port. */
export function startGateway(grpcAddress: string): Promise<{ readonly url: string; stop(): Promise<void> }>;
