import type { RenderSpec } from '../../../../generated/cutroom/v1/spec.js';
import { canvasOf } from '../canvas.js';
import { openSource, type Source } from '../reader.js';
import { RefusedDocumentError } from '../refusal.js';
import type { Report } from '../report.js';
import { specOf, trackOf } from '../spec.js';
import { type Composed, composeStack, composeTrack } from './compose.js';
import { isLess, toNs, ZERO } from './fraction.js';
import { lanesOf } from './piece.js';
import { frameRateIn } from './rational-time.js';
import { kindOf } from './schema.js';

/** A file says nothing of its size. */
const SIZE = { width: 1920, height: 1080 };

const DEFAULT_RATE = 30;

/** An OpenTimelineIO file: a timeline, or a stack or track alone. @throws RefusedDocumentError when it has none. */
export function convertOtio(document: Readonly<Record<string, unknown>>, report: Report): RenderSpec {
  const { composed, root } = composedOf(openSource(document, '', report));
  const clips = composed.tracks.flatMap((pieces) => lanesOf(pieces));
  const rate = firstRate(root) ?? DEFAULT_RATE;
  const lastEnd = composed.tracks.flat().reduce((last, { end }) => (isLess(last, end) ? end : last), ZERO);
  return specOf(
    {
      canvas: canvasOf({ ...SIZE, rate }),
      tracks: clips.map((own) => trackOf(own)),
      // A gap at the end is a part of the video.
      lengthNs: isLess(lastEnd, composed.length) ? toNs(composed.length) : undefined,
    },
    report,
  );
}

function composedOf(root: Source): { readonly composed: Composed; readonly root: Source } {
  const kind = kindOf(root);
  switch (kind) {
    case 'Timeline': {
      const stack = root.object('tracks');
      if (!stack) throw new RefusedDocumentError('the timeline of the OpenTimelineIO file has no `tracks`');
      kindOf(stack);
      const start = root.object('global_start_time');
      // It says how times are written, not when anything is seen.
      start?.ignore(...start.keys);
      return { composed: composeStack(stack), root: stack };
    }
    case 'Stack':
      return { composed: composeStack(root), root };
    case 'Track':
      return { composed: composeTrack(root), root };
    case 'SerializableCollection': {
      const [first, ...others] = root
        .objects('children')
        .filter((child) => child.text('OTIO_SCHEMA')?.startsWith('Timeline.'));
      if (!first) throw new RefusedDocumentError('the collection of the OpenTimelineIO file has no timeline');
      for (const other of others) other.leaveOut('is another timeline; only the first is converted');
      return composedOf(first);
    }
    default:
      throw new RefusedDocumentError(`an OpenTimelineIO file has a Timeline; this one has “${kind}”`);
  }
}

/** The frame rate of the first clip of a video track. */
function firstRate(root: Source): number | undefined {
  for (const child of [root, ...root.objects('children')]) {
    if (child.text('kind') === 'Audio') continue;
    for (const item of child.objects('children')) {
      const rate = frameRateIn(item, 'source_range');
      if (rate !== undefined) return rate;
    }
  }
  return undefined;
}
