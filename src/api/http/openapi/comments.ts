import type {
  DescEnum,
  DescEnumValue,
  DescField,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from '@bufbuild/protobuf';
import { descriptorSet } from '../../../wire/proto-json.js';

type Described = DescMessage | DescField | DescOneof | DescEnum | DescEnumValue | DescMethod | DescService;

/** Comments of each file by the path of the element they precede, as `SourceCodeInfo` numbers it. */
const comments = new Map<string, ReadonlyMap<string, string>>(
  descriptorSet.file.map((file) => [
    file.name,
    new Map(
      (file.sourceCodeInfo?.location ?? []).map(({ path, leadingComments }) => [
        path.join('.'),
        clean(leadingComments),
      ]),
    ),
  ]),
);

/** The comment in the proto before a message, field, oneof, enum, value, service or method; empty when there is none. */
export function commentOf(desc: Described): string {
  return comments.get(`${fileOf(desc)}.proto`)?.get(pathOf(desc).join('.')) ?? '';
}

/** The first paragraph of a comment, and the rest. */
export function summaryOf(comment: string): { readonly summary: string; readonly rest: string } {
  const [first = '', ...rest] = comment.split('\n\n');
  return { summary: first.replace(/\n/g, ' '), rest: rest.join('\n\n') };
}

function clean(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/^ /, '').trimEnd());
  // Directives for the linter are not for readers.
  return lines
    .filter((line) => !line.startsWith('buf:lint:'))
    .join('\n')
    .trim();
}

function fileOf(desc: Described): string {
  switch (desc.kind) {
    case 'field':
    case 'oneof':
    case 'rpc':
    case 'enum_value':
      return fileOf(desc.parent);
    case 'message':
    case 'enum':
    case 'service':
      return desc.file.name;
  }
}

/** Field numbers of FileDescriptorProto and its nested messages (descriptor.proto), each followed by an index. */
function pathOf(desc: Described): number[] {
  switch (desc.kind) {
    case 'message':
      return desc.parent
        ? [...pathOf(desc.parent), 3, desc.parent.nestedMessages.indexOf(desc)]
        : [4, desc.file.messages.indexOf(desc)];
    case 'enum':
      return desc.parent
        ? [...pathOf(desc.parent), 4, desc.parent.nestedEnums.indexOf(desc)]
        : [5, desc.file.enums.indexOf(desc)];
    case 'field':
      return [...pathOf(desc.parent), 2, desc.parent.fields.indexOf(desc)];
    case 'oneof':
      return [...pathOf(desc.parent), 8, desc.parent.oneofs.indexOf(desc)];
    case 'enum_value':
      return [...pathOf(desc.parent), 2, desc.parent.values.indexOf(desc)];
    case 'service':
      return [6, desc.file.services.indexOf(desc)];
    case 'rpc':
      return [...pathOf(desc.parent), 2, desc.parent.methods.indexOf(desc)];
  }
}
