/** Numbers of frames, the lowest first, each once. */
export function inOrder(frames: readonly number[]): readonly number[] {
  for (let at = 1; at < frames.length; at++) {
    if ((frames[at] ?? 0) <= (frames[at - 1] ?? 0)) return [...new Set(frames)].sort((a, b) => a - b);
  }
  return frames;
}
