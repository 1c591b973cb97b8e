#!/usr/bin/env bash
# What `npm run bench:render` compares the service with: the same 30 s video as one ffmpeg command, written by hand, in a
# single pass, with the same encoder settings. 10 clips of 99 frames, 9 cross-fades of 10 frames: 900 frames at 30 a second.
# It knows its inputs: it probes nothing, checks nothing, and its result is looked at by nobody.
#
# usage: render.sh MEDIA_FOLDER OUTPUT    (FONTCONFIG_FILE names the caption fonts)
set -euo pipefail
media=$1
output=$2
here=$(cd "$(dirname "$0")" && pwd)

# Fill the frame, cut off the rest. Each clip goes on for 3 frames after its fade, for xfade's sake.
cover="scale=1080:1920:force_original_aspect_ratio=increase:flags=bicubic,crop=1080:1920,format=yuv420p,setsar=1"
clip="fps=30,$cover,trim=end_frame=102,setpts=PTS-STARTPTS"
still="scale=1080:1920:force_original_aspect_ratio=increase:flags=bicubic:in_range=full:out_color_matrix=bt709:out_range=tv"
still="$still,crop=1080:1920,format=yuv420p,setsar=1,loop=loop=-1:size=1,settb=1/30,setpts=N,fps=30,trim=end_frame=102"
fade="xfade=transition=fade:duration=0.333333"
stereo="aformat=sample_fmts=fltp:sample_rates=48000:channel_layouts=stereo"

cd "$here" # for captions.ass
exec ffmpeg -hide_banner -loglevel error -nostdin -y \
  -t 3.9 -i "$media/dawn.mp4" \
  -t 3.9 -i "$media/fractal.mp4" \
  -i "$media/sunset.jpg" \
  -t 3.9 -i "$media/plasma.mp4" \
  -t 3.9 -i "$media/test-hd.mp4" \
  -t 3.9 -i "$media/life.mp4" \
  -i "$media/set.jpg" \
  -t 3.9 -i "$media/dusk-60.mp4" \
  -t 3.9 -i "$media/waves.mp4" \
  -t 3.9 -i "$media/test-24.mp4" \
  -t 31 -i "$media/voice.wav" \
  -stream_loop -1 -t 31 -i "$media/music.wav" \
  -filter_complex "
    [0:v]$clip[c0]; [1:v]$clip[c1]; [2:v]$still[c2]; [3:v]$clip[c3]; [4:v]$clip[c4];
    [5:v]$clip[c5]; [6:v]$still[c6]; [7:v]$clip[c7]; [8:v]$clip[c8]; [9:v]$clip[c9];
    [c0][c1]$fade:offset=2.966667[f1];
    [f1][c2]$fade:offset=5.933333[f2];
    [f2][c3]$fade:offset=8.900000[f3];
    [f3][c4]$fade:offset=11.866667[f4];
    [f4][c5]$fade:offset=14.833333[f5];
    [f5][c6]$fade:offset=17.800000[f6];
    [f6][c7]$fade:offset=20.766667[f7];
    [f7][c8]$fade:offset=23.733333[f8];
    [f8][c9]$fade:offset=26.700000[f9];
    [f9]trim=end_frame=900,ass=captions.ass,format=yuv420p,setsar=1,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[video];
    [10:a]aresample=48000,pan=stereo|c0=c0|c1=c0,$stereo,atrim=end_sample=1440000[voice];
    [11:a]$stereo,asetpts=N/SR/TB,atrim=end_sample=1440000,volume=-14dB,afade=t=out:st=27:d=3[music];
    [voice][music]amix=inputs=2:normalize=0,alimiter=limit=0.95:attack=5:release=50:level=0:latency=1,apad=whole_len=1440000,atrim=end_sample=1440000[sound]" \
  -map "[video]" -map "[sound]" \
  -c:v libx264 -preset veryfast -crf 20 -profile:v high -pix_fmt yuv420p -g 60 \
  -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
  -c:a aac -b:a 192k -ar 48000 -ac 2 \
  -movflags +faststart "$output"
