import type { SniffedFormat } from './sniffed-format.js';

/** Text is told from the rest by this share of its bytes being neither control characters nor NUL. */
const MAX_CONTROL_SHARE = 0.01;
const XML_PROLOG = /^(?:<\?xml[^>]*\?>|<!--[\s\S]*?-->|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?>|\s)*/i;

/** Files that are text: drawings, web pages that came in place of media, and others. Null: it is no text. */
export function sniffText(latin1: string): SniffedFormat | null {
  const text = withoutMark(latin1);
  if (text.length === 0 || !isText(text)) return null;
  const body = text.trimStart();
  if (/^<!doctype html|^<html[\s>]/i.test(body)) return { kind: 'not-media', name: 'an HTML page' };
  const root = /^<([\w:.-]+)/.exec(body.replace(XML_PROLOG, ''))?.[1]?.toLowerCase();
  if (root !== undefined) return ofRoot(root, body);
  if (body.startsWith('<')) return { kind: 'not-media', name: 'a text file with mark-up' };
  if (/^[{[]\s*(?:["{[\]}\d-]|true|false|null)/.test(body)) return { kind: 'not-media', name: 'a JSON file' };
  if (/^WEBVTT\b/.test(body)) return { kind: 'not-media', name: 'a subtitle file' };
  if (/^version https:\/\/git-lfs\b/.test(body))
    return { kind: 'not-media', name: 'a Git LFS pointer in place of a file' };
  return { kind: 'not-media', name: 'a text file' };
}

const HTML_ROOTS = [
  'html',
  'head',
  'body',
  'meta',
  'title',
  'script',
  'style',
  'link',
  'div',
  'p',
  'h1',
  'iframe',
  'table',
  'a',
  'br',
  'center',
];

function ofRoot(root: string, body: string): SniffedFormat {
  if (root === 'svg' || root === 'svg:svg') return { kind: 'not-supported', name: 'an SVG drawing' };
  if (root === 'mpd' || root === 'smoothstreamingmedia')
    return { kind: 'not-media', name: 'a streaming manifest (DASH or Smooth Streaming)' };
  if (HTML_ROOTS.includes(root)) return { kind: 'not-media', name: 'an HTML page' };
  if (root === 'error' && body.includes('<Code>'))
    return { kind: 'not-media', name: 'an error message of a storage service (XML)' };
  return { kind: 'not-media', name: 'an XML document' };
}

/** UTF-16 with its mark is narrowed to the bytes that matter here. */
function withoutMark(text: string): string {
  if (text.startsWith('\xef\xbb\xbf')) return text.slice(3);
  if (text.startsWith('\xff\xfe') || text.startsWith('\xfe\xff')) return text.slice(2).replaceAll('\0', '');
  return text;
}

function isText(text: string): boolean {
  let controls = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0) return false;
    if (code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0c && code !== 0x0d && code !== 0x1b) controls += 1;
  }
  return controls <= text.length * MAX_CONTROL_SHARE;
}
