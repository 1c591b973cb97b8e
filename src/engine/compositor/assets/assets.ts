import type { VisualSource } from '../../../composition/composition.js';
import type { AssetDefinition } from './asset-definition.js';
import { image } from './image.js';
import { nested } from './nested.js';
import { video } from './video.js';

/** Every kind of asset that a clip may show: a new one is a file beside this and a row here. */
export const ASSETS: { readonly [K in VisualSource]: AssetDefinition } = { image, nested, video };
