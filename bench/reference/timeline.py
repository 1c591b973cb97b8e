"""What `npm run bench:timeline` compares the service with: the same 30 s as a script for MoviePy, with the same encoder settings.

usage: timeline.py MEDIA_FOLDER OUTPUT    (FONT is the file of the titles' font)
"""

import os
import sys

from moviepy import AudioFileClip, ColorClip, CompositeAudioClip, CompositeVideoClip, ImageClip, TextClip, VideoFileClip
from moviepy import concatenate_audioclips

media, output = sys.argv[1:]
SECONDS = 30
TITLES = ["One", "Two titles", "Three of them", "Four by four", "The fifth and last"]


def file(name):
    return os.path.join(media, name)


background = VideoFileClip(file("background.mp4"))
bar = ColorClip((1920, 216), color=(0, 0, 0), duration=SECONDS).with_opacity(0.5).with_position((0, 810))
inset = VideoFileClip(file("inset.mp4")).resized((576, 324)).with_position(lambda t: (96 + 1152 * t / SECONDS, 108))
logo = (
    ImageClip(file("logo.png"))
    .with_duration(SECONDS)
    .resized((192, 192))
    .with_position(lambda t: (1536, 498 - 432 * t / SECONDS))
)
titles = [
    TextClip(font=os.environ["FONT"], text=text, font_size=96, color="white", size=(1920, 216), method="caption")
    .with_start(6 * i)
    .with_duration(6)
    .with_position((0, 810))
    for i, text in enumerate(TITLES)
]
voice = concatenate_audioclips([AudioFileClip(file("voice.wav"))] * 2)
# MoviePy has no ducking: the music is as low all the time as it is under the voice.
music = AudioFileClip(file("music.wav")).with_volume_scaled(0.25)

video = CompositeVideoClip([background, bar, inset, logo, *titles], size=(1920, 1080)).with_duration(SECONDS)
video.with_audio(CompositeAudioClip([voice, music]).with_duration(SECONDS)).write_videofile(
    output,
    fps=30,
    codec="libx264",
    preset="veryfast",
    audio_codec="aac",
    audio_bitrate="192k",
    threads=2,
    ffmpeg_params=["-crf", "20", "-profile:v", "high", "-pix_fmt", "yuv420p", "-g", "60", "-movflags", "+faststart"],
    logger=None,
)
