import { getDocument, OPS, PasswordException } from 'unpdf/pdfjs';
import type { PDFDocumentProxy, PDFPageProxy } from 'unpdf/pdfjs';

export { OPS };
export type { PDFDocumentProxy, PDFPageProxy };

/** What asking the library for a standard font's outlines says; only drawing needs them. */
const NO_OUTLINES = 'outlines are never asked for';

/** An open document. Whoever opens it closes it. */
export interface OpenPdf {
  readonly document: PDFDocumentProxy;
  /** Whether the library left something out, as it says in its warnings. */
  hasComplained(): boolean;
  close(): Promise<void>;
}

/**
 * Opens a PDF with nothing but its bytes: no network, no files, no scripts, no pictures unpacked.
 *
 * INVARIANT: one document at a time is open in a thread, as the library's warnings name none.
 *
 * @returns null where a password is needed. @throws whatever the library throws for damaged files.
 */
export async function openPdf(bytes: Uint8Array): Promise<OpenPdf | null> {
  let complaints = 0;
  const { warn } = console;
  console.warn = (message: unknown) => {
    if (!String(message).includes(NO_OUTLINES)) complaints += 1;
  };
  const task = getDocument({
    // The library takes the bytes away from whoever gives them.
    data: Uint8Array.from(bytes),
    verbosity: 1,
    BinaryDataFactory: NothingToFetch,
    useWorkerFetch: false,
    useSystemFonts: false,
    useWasm: false,
    // Tells where a font's letters come from.
    fontExtraProperties: true,
    disableFontFace: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    // Pictures of any size are skipped, with a warning.
    maxImageSize: 0,
    enableXfa: false,
  });
  const close = async (): Promise<void> => {
    console.warn = warn;
    await task.destroy();
  };
  try {
    const document = await task.promise;
    return { document, hasComplained: () => complaints > 0, close };
  } catch (error) {
    await close();
    if (error instanceof PasswordException) return null;
    throw error;
  }
}

/** Answers the library's wish for files beside it: there are none. */
class NothingToFetch {
  fetch({ kind }: { readonly kind: string }): Promise<Uint8Array> {
    return Promise.reject(new Error(kind === 'standardFontDataUrl' ? NO_OUTLINES : 'no such file'));
  }
}
