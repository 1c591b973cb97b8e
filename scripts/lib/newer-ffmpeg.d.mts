export function findNewerFfmpeg(): { ffmpeg: string; ffprobe: string } | null;
export function ensureNewerFfmpeg(): Promise<{ ffmpeg: string; ffprobe: string }>;
