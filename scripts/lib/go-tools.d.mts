/** Where a tool's binary lies once `ensureGoTools` has run. */
export function goTool(
  name:
    | 'grpcurl'
    | 'grpc-health-probe'
    | 'ghz'
    | 'protoc-gen-grpc-gateway'
    | 'protoc-gen-go'
    | 'protoc-gen-go-grpc'
    | 'versitygw',
): string;
