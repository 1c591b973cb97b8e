import type { Source } from './reader.js';

/** The objects of a field that may be a list or something else; undefined when it is no list. */
export function openSourceList(source: Source, key: string): Source[] | undefined {
  return Array.isArray(source.value(key)) ? source.objects(key) : undefined;
}
