/**
 * Whether `text` as a whole is one that `glob` stands for, where `*` is any run of characters and the rest itself.
 * Greedy with one point to go back to: at most `glob.length * text.length` steps, in practice linear.
 */
export function starGlobMatches(glob: string, text: string): boolean {
  let inGlob = 0;
  let inText = 0;
  let lastStar = -1;
  let resumeAt = 0;
  while (inText < text.length) {
    if (inGlob < glob.length && glob[inGlob] === '*') {
      lastStar = inGlob;
      inGlob += 1;
      resumeAt = inText;
    } else if (inGlob < glob.length && glob[inGlob] === text[inText]) {
      inGlob += 1;
      inText += 1;
    } else if (lastStar >= 0) {
      resumeAt += 1;
      inText = resumeAt;
      inGlob = lastStar + 1;
    } else {
      return false;
    }
  }
  while (inGlob < glob.length && glob[inGlob] === '*') inGlob += 1;
  return inGlob === glob.length;
}
