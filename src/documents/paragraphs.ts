/** Whether a text is shown, is so only in a former or other state, or was put in since. */
export type Showing = 'both' | 'shown' | 'other';

/** Puts texts together to paragraphs and rows as they come. */
export interface Paragraphs {
  openParagraph(): void;
  /** @param isSharedString whether cells of a workbook point to it. */
  closeParagraph(isSharedString: boolean): void;
  /** From here on, and up to {@link closeApart}, nothing belongs to the paragraph around. */
  openApart(): void;
  closeApart(): void;
  openRow(): void;
  closeRow(): void;
  isInParagraph(): boolean;
  /** Within a paragraph a part of it; elsewhere a line of its own. */
  put(text: string, showing: Showing): void;
  /** Gives what is still open. */
  end(): void;
}

export interface ParagraphTarget {
  shown(text: string): void;
  aside(text: string): void;
  readonly keepSharedString: ((text: string) => void) | null;
}

interface Open {
  readonly shown: string[];
  readonly other: string[];
  differs: boolean;
}

export function paragraphs(target: ParagraphTarget): Paragraphs {
  /** `null` keeps apart what is within from what is around. */
  const open: (Open | null)[] = [];
  const rows: string[][] = [];

  const emit = (text: string): void => {
    const row = rows.at(-1);
    if (row === undefined) target.shown(text);
    else if (text.trim() !== '') row.push(text);
  };
  const closeParagraph = (isSharedString: boolean): void => {
    const closed = open.pop();
    if (closed === undefined || closed === null) return;
    const shown = closed.shown.join('');
    if (isSharedString && target.keepSharedString !== null) target.keepSharedString(shown);
    else emit(shown);
    if (closed.differs) target.aside(closed.other.join(''));
  };
  const closeRow = (): void => target.shown((rows.pop() ?? []).join('\t'));

  return {
    openParagraph: () => void open.push({ shown: [], other: [], differs: false }),
    closeParagraph,
    openApart: () => void open.push(null),
    closeApart: () => void open.pop(),
    openRow: () => void rows.push([]),
    closeRow,
    isInParagraph: () => (open.at(-1) ?? null) !== null,
    put(text, showing) {
      const paragraph = open.at(-1) ?? null;
      if (paragraph === null) {
        if (showing === 'other') target.aside(text);
        else emit(text);
        return;
      }
      if (showing !== 'other') paragraph.shown.push(text);
      if (showing !== 'shown') paragraph.other.push(text);
      if (showing !== 'both') paragraph.differs = true;
    },
    end() {
      while (open.length > 0) closeParagraph(false);
      while (rows.length > 0) closeRow();
    },
  };
}
