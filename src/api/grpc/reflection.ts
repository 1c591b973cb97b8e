import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { descriptorSet } from '../../wire/proto-json.js';
import { createServiceCollector, type GrpcJsService } from './grpc-js-service.js';

/**
 * `grpc.reflection.v1` and `v1alpha`, from the same descriptors as everything else; they also describe `others` and themselves,
 * so that a client lists every service that the server has.
 */
export function createReflection(others: readonly GrpcJsService[]): readonly GrpcJsService[] {
  const own = reflecting([]);
  const foreign = [...others, ...own].flatMap(({ definition }) =>
    Object.values(definition).flatMap((method) => descriptorsOf('requestType' in method ? method.requestType : null)),
  );
  return reflecting([
    ...descriptorSet.file.map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file))),
    ...foreign,
  ]);
}

function reflecting(fileDescriptorProtos: Buffer[]): GrpcJsService[] {
  // Of a package definition the service looks at nothing but the descriptors.
  const definition: PackageDefinition = {
    descriptors: { format: 'Protocol Buffer 3 EnumDescriptorProto', type: {}, fileDescriptorProtos },
  };
  const collector = createServiceCollector();
  new ReflectionService(definition).addToServer(collector);
  return collector.services;
}

/** The files that a proto-loader type came from. */
function descriptorsOf(type: unknown): Buffer[] {
  if (typeof type !== 'object' || type === null || !('fileDescriptorProtos' in type)) return [];
  return (type.fileDescriptorProtos as Buffer[]).map(repaired);
}

/** protobufjs, by which proto-loader makes descriptors, names a map's entry type `Statuses` where protoc says `StatusesEntry`; clients refuse that. */
function repaired(bytes: Buffer): Buffer {
  const file = fromBinary(FileDescriptorProtoSchema, bytes);
  for (const message of file.messageType) {
    for (const entry of message.nestedType) {
      if (entry.options?.mapEntry !== true || entry.name.endsWith('Entry')) continue;
      const { name } = entry;
      entry.name = `${name}Entry`;
      for (const field of message.field) if (field.typeName === name) field.typeName = entry.name;
    }
  }
  return Buffer.from(toBinary(FileDescriptorProtoSchema, file));
}
