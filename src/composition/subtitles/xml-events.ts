import { withoutEntities } from './entities.js';
import { createLineCounter } from './line-counter.js';
import { SubtitleSyntaxError } from './subtitle-text.js';

/** A piece of an XML document. Names are without their prefixes. */
export type XmlEvent =
  | { readonly kind: 'open'; readonly name: string; readonly attributes: Attributes; readonly line: number }
  | { readonly kind: 'close'; readonly name: string }
  | { readonly kind: 'text'; readonly text: string };

export type Attributes = ReadonlyMap<string, string>;

const NAME = /^<\/?([\w:.-]+)/;
const ATTRIBUTE = /([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/** Constructs without text: how they begin and end. */
const SKIPPED = [
  ['<!--', '-->'],
  ['<?', '?>'],
] as const;
const CDATA = '<![CDATA[';
const DOCTYPE = '<!DOCTYPE';

/**
 * The elements and texts of an XML document in order. Declarations of entities are not read, so that none can refer to anything or grow.
 * @throws SubtitleSyntaxError where it is no XML.
 */
export function* xmlEvents(text: string): Generator<XmlEvent> {
  const lineAt = createLineCounter(text);
  for (let at = 0; at < text.length;) {
    const next = text.indexOf('<', at);
    const end = next < 0 ? text.length : next;
    if (end > at) yield { kind: 'text', text: withoutEntities(text.slice(at, end)) };
    if (next < 0) return;
    const line = lineAt(next);
    const skipped = SKIPPED.find(([begin]) => text.startsWith(begin, next));
    if (text.startsWith(CDATA, next)) {
      at = endOf(text, ']]>', next, line);
      yield { kind: 'text', text: text.slice(next + CDATA.length, at - 3) };
    } else if (text.startsWith(DOCTYPE, next)) at = doctypeEnd(text, next, line);
    else if (skipped) at = endOf(text, skipped[1], next, line);
    else {
      at = tagEnd(text, next, line);
      yield* eventsOf(text.slice(next, at), line);
    }
  }
}

/** Declarations in a document type are in square brackets. */
function doctypeEnd(text: string, from: number, line: number): number {
  const end = endOf(text, '>', from, line);
  return text.slice(from, end).includes('[') ? endOf(text, '>', endOf(text, ']', from, line), line) : end;
}

/** Behind the sign that ends a tag: one in quotes does not. */
function tagEnd(text: string, from: number, line: number): number {
  const sign = /["'>]/g;
  sign.lastIndex = from;
  for (let found = sign.exec(text); found; found = sign.exec(text)) {
    if (found[0] === '>') return found.index + 1;
    sign.lastIndex = endOf(text, found[0], found.index + 1, line);
  }
  throw notXml(line);
}

function eventsOf(tag: string, line: number): XmlEvent[] {
  const prefixed = NAME.exec(tag)?.[1];
  if (prefixed === undefined) throw notXml(line);
  const name = withoutPrefix(prefixed);
  const close: XmlEvent = { kind: 'close', name };
  if (tag.startsWith('</')) return [close];
  const open: XmlEvent = { kind: 'open', name, attributes: attributesOf(tag), line };
  return tag.endsWith('/>') ? [open, close] : [open];
}

function attributesOf(tag: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = '', double, single] of tag.matchAll(ATTRIBUTE))
    found.set(withoutPrefix(name), withoutEntities(double ?? single ?? ''));
  return found;
}

function withoutPrefix(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function endOf(text: string, mark: string, from: number, line: number): number {
  const at = text.indexOf(mark, from);
  if (at < 0) throw notXml(line);
  return at + mark.length;
}

function notXml(line: number): SubtitleSyntaxError {
  return new SubtitleSyntaxError(`this file is no XML: see line ${line}`);
}
