import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** An environment in which ffmpeg finds no device, also on a machine that has one. QSV goes through the drivers of VAAPI. */
export const WITHOUT_DEVICES = { CUDA_VISIBLE_DEVICES: '-1', LIBVA_DRIVERS_PATH: '/nowhere' };

/** An ffmpeg for machines without any device: the real one, with encoders of hardware played by those of software. */
export interface StandInFfmpeg {
  readonly ffmpeg: string;
  /** The encoders by hardware that were asked for so far, one entry for each. */
  readonly asked: () => Promise<readonly string[]>;
  /** From now on encoders of hardware fail, each with these words of ffmpeg. */
  readonly lose: (words: string) => Promise<void>;
  /** From now on they put no key frame where one is asked for. */
  readonly ignoreKeyFrames: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/**
 * Puts a program in front of ffmpeg that rewrites `h264_FAMILY` to libx264 and `hevc_FAMILY` to libx265, and takes uploads to a device out of the graph; all else
 * passes. It refuses what a device would: a graph that leaves frames elsewhere than the encoder takes them from, and options that another family has.
 */
export async function createStandInFfmpeg(real = process.env.CUTROOM_FFMPEG ?? 'ffmpeg'): Promise<StandInFfmpeg> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cutroom-stand-in-'));
  const file = path.join(folder, 'ffmpeg');
  const { stdout } = await execute('sh', ['-c', 'command -v "$0"', real]);
  await writeFile(path.join(folder, 'asked'), '');
  await writeFile(file, PROGRAM.replace('REAL', stdout.trim()).replace('FOLDER', folder));
  await chmod(file, 0o755);
  return {
    ffmpeg: file,
    asked: async () => (await readFile(path.join(folder, 'asked'), 'utf8')).split('\n').filter((line) => line !== ''),
    lose: (words) => writeFile(path.join(folder, 'lost'), words),
    ignoreKeyFrames: () => writeFile(path.join(folder, 'without-key-frames'), ''),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** `exec` at its end: the tool keeps its process and the files that are open for it. */
const PROGRAM = String.raw`#!/bin/bash
real='REAL' folder='FOLDER'
family='' uploads=0 wanted=0 device=no
for argument; do
  case $argument in
    h264_nvenc | h264_vaapi | h264_qsv | hevc_nvenc | hevc_vaapi | hevc_qsv)
      family=${'$'}{argument#*_} wanted=$((wanted + 1))
      echo "$argument" >> "$folder/asked" ;;
    -filter_hw_device) device=yes ;;
  esac
done
[ -z "$family" ] && exec "$real" "$@"
fail() { echo "[h264_$family @ 0x1] [error] $1" >&2; exit 1; }
[ -e "$folder/lost" ] && fail "$(cat "$folder/lost")"

# The options that each family has; their values come next.
case $family in
  nvenc) own=' -preset -tune -rc -cq -b:v -forced-idr ' ;;
  vaapi) own=' -rc_mode -global_quality -qp -b:v -idr_interval -init_hw_device -filter_hw_device ' ;;
  qsv) own=' -preset -global_quality -b:v -forced_idr -init_hw_device ' ;;
esac
foreign=' -preset -tune -rc -cq -rc_mode -global_quality -qp -forced-idr -forced_idr -idr_interval -init_hw_device -filter_hw_device '
rewritten=()
while [ $# -gt 0 ]; do
  case $1 in
    -filter_complex_script | -/filter_complex)
      uploads=$(grep -o hwupload "$2" | wc -l)
      sed 's/,hwupload//g; s/hwdownload,//g' "$2" > "$2.played"
      downloads=$(grep -o hwdownload "$2" | wc -l) previews=$(grep -o preview_in "$2" | wc -l)
      rewritten+=("$1" "$2.played"); shift 2 ;;
    h264_*) rewritten+=(libx264 -preset ultrafast -sc_threshold 0); shift ;;
    hevc_*) rewritten+=(libx265 -preset ultrafast -x265-params log-level=error:open-gop=0); shift ;;
    -profile:v) shift 2 ;;
    -force_key_frames | -g) [ -e "$folder/without-key-frames" ] || rewritten+=("$1" "$2"); shift 2 ;;
    -pix_fmt) [ "$2" = nv12 ] && rewritten+=(-pix_fmt yuv420p) || rewritten+=("$1" "$2"); shift 2 ;;
    *)
      if [[ $own == *" $1 "* ]]; then shift 2
      elif [[ $foreign == *" $1 "* ]]; then fail "Unrecognized option '$1'"
      else rewritten+=("$1"); shift; fi ;;
  esac
done
if [ "$family" = vaapi ]; then
  [ "$device" = yes ] || fail 'A hardware device reference is required to upload frames to.'
  [ "$uploads" = "$wanted" ] || fail 'Impossible to convert between the formats'
  [ "$previews" -gt 0 ] && [ "$downloads" -eq 0 ] && fail 'Impossible to convert between the formats'
else
  [ "$uploads" = 0 ] && [ "$downloads" = 0 ] || fail 'Impossible to convert between the formats'
fi
exec "$real" "${'$'}{rewritten[@]}"
`;
