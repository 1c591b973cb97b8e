import { firstLineOf } from './sbv.js';

/** Formats of subtitles that are not read, by what their first line looks like. */
const FORMATS: readonly (readonly [RegExp, string])[] = [
  [/^\uFEFF?Scenarist_SCC V/i, 'SCC (Scenarist closed captions)'],
  [/^\uFEFF?# VobSub index file/i, 'VobSub, whose subtitles are images'],
  [/^\uFEFF?\[(?:\d{1,3}:\d{2}(?:[.:]\d{1,3})?|ti|ar|al|by|offset|length|re|ve):?[^\]]*\]/i, 'LRC (lyrics)'],
  [/^\uFEFF?\[\d+\]\[\d*\]/, 'MPL2'],
  [/^\uFEFF?\d{1,2}:\d{2}:\d{2}[:=,][^0-9]/, 'TMPlayer'],
  [/^\uFEFF?\[INFORMATION\]/i, 'SubViewer'],
  [/^\uFEFF?-->> \d/, 'AQTitle'],
  [/^\uFEFF?<!doctype html|^\uFEFF?<html[\s>]/i, 'an HTML page'],
  [/^\uFEFF?[[{]\s*(?:$|["{[])/, 'JSON'],
];

/** The name of a format that is known and not read; null: it is none of them. */
export function unsupportedFormat(text: string): string | null {
  const line = firstLineOf(text);
  return FORMATS.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}
