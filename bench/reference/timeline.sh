#!/usr/bin/env bash
# What `npm run bench:timeline` compares the service with: the same 30 s as one ffmpeg command, written by hand, in a single pass, with the same encoder
# settings. It knows its inputs: it probes nothing, checks nothing, and its result is looked at by nobody. Its layers move in whole pixels, as `overlay` does.
#
# usage: timeline.sh MEDIA_FOLDER OUTPUT    (FONT is the file of the titles' font)
set -euo pipefail
media=$1
output=$2

title() { # text, start, end
  printf "drawtext=fontfile=%s:text='%s':fontsize=96:fontcolor=white:x=(w-text_w)/2:y=918-text_h/2:enable='between(t,%s,%s-0.001)'" "$FONT" "$1" "$2" "$3"
}

exec ffmpeg -hide_banner -loglevel error -nostdin -y \
  -i "$media/background.mp4" -i "$media/inset.mp4" -loop 1 -framerate 30 -t 30 -i "$media/logo.png" \
  -i "$media/music.wav" -i "$media/voice.wav" -i "$media/voice.wav" \
  -filter_complex "
    [0:v]fps=30,drawbox=x=0:y=810:w=1920:h=216:color=black@0.5:t=fill[back];
    [1:v]fps=30,scale=576:324:flags=bicubic[inset];
    [2:v]scale=192:-1:flags=bicubic,format=yuva420p[logo];
    [back][inset]overlay=x='96+1152*n/900':y=108:eval=frame:shortest=1[one];
    [one][logo]overlay=x=1536:y='486-432*n/900+12':eval=frame:shortest=1[two];
    [two]$(title 'One' 0 6),$(title 'Two titles' 6 12),$(title 'Three of them' 12 18),$(title 'Four by four' 18 24),$(title 'The fifth and last' 24 30),trim=end_frame=900,format=yuv420p,setsar=1,setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709[video];
    [4:a][5:a]concat=n=2:v=0:a=1,aresample=48000,pan=stereo|c0=c0|c1=c0,asplit[voice][key];
    [3:a][key]sidechaincompress=threshold=0.02:ratio=6:attack=80:release=400[music];
    [voice][music]amix=inputs=2:normalize=0,alimiter=limit=0.95:attack=5:release=50:level=0:latency=1,apad=whole_len=1440000,atrim=end_sample=1440000[sound]" \
  -map "[video]" -map "[sound]" \
  -c:v libx264 -preset veryfast -crf 20 -profile:v high -pix_fmt yuv420p -g 60 \
  -colorspace bt709 -color_primaries bt709 -color_trc bt709 -color_range tv \
  -c:a aac -b:a 192k -ar 48000 -ac 2 \
  -movflags +faststart "$output"
