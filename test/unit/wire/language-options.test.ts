import { expect, it } from 'vitest';
import { descriptorSet } from '../../../src/wire/proto-json.js';

const ours = descriptorSet.file.filter(({ name }) => name.startsWith('cutroom/'));

it.each(ours.map(({ name, options }) => [name, options] as const))(
  '%s says where its Go and Java code goes, so that protoc needs no flags for it',
  (_, options) => {
    expect(options).toMatchObject({
      goPackage: 'cutroom/v1;cutroomv1',
      javaPackage: 'cutroom.v1',
      javaMultipleFiles: true,
    });
  },
);
