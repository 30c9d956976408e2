/** Takes the escapes out of JSON that comes in fragments, cut anywhere. */
export interface JsonUnescape {
  /** The text so far with its escapes as the characters that they mean; an unfinished one is kept. */
  push(fragment: string): string;
}

/** Strings are then read as the client reads them; what stands between strings is as it was. Linear. */
export function jsonUnescape(): JsonUnescape {
  let kept = '';
  return {
    push: (fragment) => {
      const text = kept + fragment;
      kept = '';
      let out = '';
      let sent = 0;
      for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', sent)) {
        const end = at + (text[at + 1] === 'u' ? UNICODE_LENGTH : SHORT_LENGTH);
        out += text.slice(sent, at);
        if (end > text.length) {
          kept = text.slice(at);
          return out;
        }
        out += meant(text.slice(at, end));
        sent = end;
      }
      return out + text.slice(sent);
    },
  };
}

/** Lengths of `\uXXXX` and of `\n`. */
const [UNICODE_LENGTH, SHORT_LENGTH] = [6, 2];

function meant(escape: string): string {
  try {
    const value: unknown = JSON.parse(`"${escape}"`);
    return typeof value === 'string' ? value : escape;
  } catch (error) {
    if (error instanceof SyntaxError) return escape;
    throw error;
  }
}
