import { type DescField, getExtension, hasExtension } from '@bufbuild/protobuf';
import { registry } from '../../../wire/proto-json.js';

/** `google.api.FieldBehavior.REQUIRED` (AIP-203). */
const REQUIRED = 2;

/** Whether a field must be set in a request, as the proto marks it. */
export function isRequired({ proto }: DescField): boolean {
  const extension = registry.getExtension('google.api.field_behavior');
  if (!extension || !proto.options || !hasExtension(proto.options, extension)) return false;
  return (getExtension(proto.options, extension) as readonly number[]).includes(REQUIRED);
}
