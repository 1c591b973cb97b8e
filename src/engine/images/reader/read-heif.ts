import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { MAX_PIXELS } from '../../limits.js';
import { heifPropertiesOf, type HeifProperties } from './heif-properties.js';
import { tooLarge } from './explain-failure.js';
import { ImageRefusedError } from './image-refused-error.js';
import type { Pixels } from './pixels.js';

/** The part of libheif's interface to JavaScript that is used; its own types leave out the results. */
interface LibHeif {
  heif_context_alloc(): object;
  heif_context_free(context: object): void;
  heif_context_read_from_memory(context: object, file: Uint8Array): HeifError;
  heif_js_context_get_primary_image_handle(context: object): object & Partial<HeifError>;
  heif_image_handle_get_width(handle: object): number;
  heif_image_handle_get_height(handle: object): number;
  heif_image_handle_has_alpha_channel(handle: object): number;
  heif_image_handle_is_premultiplied_alpha(handle: object): number;
  heif_js_decode_image2(
    handle: object,
    colorspace: unknown,
    chroma: unknown,
  ): Partial<HeifError> & { readonly channels?: readonly Plane[] };
  readonly heif_error_code: Readonly<
    Record<'heif_error_Ok' | 'heif_error_Unsupported_filetype' | 'heif_error_Unsupported_feature', unknown>
  >;
  readonly heif_colorspace: { readonly heif_colorspace_RGB: unknown };
  readonly heif_chroma: { readonly heif_chroma_interleaved_RGBA: unknown };
  readonly heif_suberror_code: Readonly<
    Record<'heif_suberror_Security_limit_exceeded' | 'heif_suberror_End_of_data', unknown>
  >;
}

interface HeifError {
  readonly code: unknown;
  readonly subcode: unknown;
  readonly message: string;
}

interface Plane {
  readonly width: number;
  readonly height: number;
  readonly stride: number;
  readonly data: Uint8Array;
}

export interface HeifImage {
  readonly pixels: Pixels;
  readonly properties: HeifProperties;
  readonly hasAlpha: boolean;
}

/**
 * Decodes the primary image of a HEIC or HEIF file, turned as it says.
 * @throws ImageRefusedError for what is not supported or too large; Error with libheif's message for damage.
 */
export function readHeif(file: Buffer): HeifImage {
  const heif = loadLibHeif();
  const context = heif.heif_context_alloc();
  try {
    check(heif, heif.heif_context_read_from_memory(context, file));
    const handle = heif.heif_js_context_get_primary_image_handle(context);
    check(heif, handle);
    const [width, height] = [heif.heif_image_handle_get_width(handle), heif.heif_image_handle_get_height(handle)];
    if (width * height > MAX_PIXELS) throw tooLarge();
    const decoded = heif.heif_js_decode_image2(
      handle,
      heif.heif_colorspace.heif_colorspace_RGB,
      heif.heif_chroma.heif_chroma_interleaved_RGBA,
    );
    check(heif, decoded);
    const plane = decoded.channels?.[0];
    if (!plane) throw new Error('no pixels were decoded');
    const hasAlpha = heif.heif_image_handle_has_alpha_channel(handle) !== 0;
    const isPremultiplied = hasAlpha && heif.heif_image_handle_is_premultiplied_alpha(handle) !== 0;
    const data = withoutPadding(plane);
    if (isPremultiplied) unpremultiply(data);
    return {
      pixels: { data, width: plane.width, height: plane.height, channels: 4 },
      properties: heifPropertiesOf(file),
      hasAlpha,
    };
  } finally {
    heif.heif_context_free(context);
  }
}

/** A module of its own for each image: WebAssembly's memory never shrinks, and one that ran out of it is of no more use. */
function loadLibHeif(): LibHeif {
  const require = createRequire(import.meta.url);
  const wasmBinary = readFileSync(require.resolve('libheif-js/libheif-wasm/libheif.wasm'));
  const factory = require('libheif-js/libheif-wasm/libheif.js') as (options: { wasmBinary: Uint8Array }) => LibHeif;
  return factory({ wasmBinary });
}

function check(heif: LibHeif, result: Partial<HeifError>): void {
  const { code, subcode, message = 'libheif gave no reason' } = result;
  if (code === undefined || code === heif.heif_error_code.heif_error_Ok) return;
  if (subcode === heif.heif_suberror_code.heif_suberror_Security_limit_exceeded) throw tooLarge();
  if (
    code === heif.heif_error_code.heif_error_Unsupported_feature ||
    code === heif.heif_error_code.heif_error_Unsupported_filetype
  ) {
    throw new ImageRefusedError(
      'INPUT_NOT_SUPPORTED',
      `this is a HEIF image of a kind that is not supported here (${message}); send it as JPEG or PNG`,
    );
  }
  throw new Error(message);
}

function withoutPadding({ data, width, height, stride }: Plane): Buffer {
  const row = width * 4;
  if (stride === row) return Buffer.from(data.buffer, data.byteOffset, row * height);
  const packed = Buffer.alloc(row * height);
  for (let y = 0; y < height; y += 1) packed.set(data.subarray(y * stride, y * stride + row), y * row);
  return packed;
}

function unpremultiply(data: Buffer): void {
  for (let i = 0; i < data.length; i += 4) {
    const alpha = data[i + 3] ?? 255;
    if (alpha === 0 || alpha === 255) continue;
    for (let c = i; c < i + 3; c += 1) data[c] = Math.min(255, Math.round(((data[c] ?? 0) * 255) / alpha));
  }
}
