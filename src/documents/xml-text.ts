import { SaxesParser } from 'saxes';
import { UnreadableDocument } from './document-text.ts';
import { paragraphs } from './paragraphs.ts';
import type { Reading } from './reading.ts';
import { markedUp } from './xml-marks.ts';
import type { XmlDialect } from './xml-marks.ts';
import { writtenAttributes } from './xml-attributes.ts';
import { localName } from './xml-names.ts';

/** Elements within elements; documents have some dozens. */
const MAX_DEPTH = 512;

/** What is known from other parts. */
export interface XmlScene {
  readonly dialect: XmlDialect;
  /** One of the strings that the cells of a workbook point to. */
  readonly sharedString: (index: number) => string | null;
  /** Where those are gathered while their own part is read. */
  readonly keepSharedString: ((text: string) => void) | null;
}

/**
 * Reads all text of an XML part.
 *
 * Runs of one paragraph are joined without a blank, cells of one row by tabs. A paragraph with deleted, hidden or
 * alternative text is read twice: as it is shown, and with that text. Then come attributes that hold text, comments and
 * instructions. Entities of a document type are never expanded: such a part, and one that is not well-formed, is read as far as it goes
 * and noted as left out.
 */
export function readXml(source: string, reading: Reading, scene: XmlScene): void {
  const asides: string[] = [];
  const flow = paragraphs({
    shown: (text) => reading.add(text),
    aside: (text) => asides.push(text),
    keepSharedString: scene.keepSharedString,
  });
  const marks = markedUp(scene, flow, (text) => asides.push(text));
  const parser = new SaxesParser({ xmlns: false, position: false });
  let depth = 0;
  let isTold = false;

  parser.on('error', () => {
    if (!isTold) reading.leaveOut();
    isTold = true;
  });
  parser.on('doctype', (text) => {
    reading.leaveOut();
    asides.push(text);
  });
  parser.on('opentag', ({ name, attributes }) => {
    depth += 1;
    if (depth > MAX_DEPTH) throw new UnreadableDocument('damaged');
    const element = localName(name);
    marks.open(element, attributes);
    asides.push(...writtenAttributes(element, attributes));
  });
  parser.on('closetag', ({ name }) => {
    depth -= 1;
    marks.close(localName(name));
  });
  parser.on('text', marks.text);
  parser.on('cdata', marks.text);
  parser.on('comment', (text) => asides.push(text));
  parser.on('processinginstruction', ({ body }) => asides.push(body));
  parser.write(source).close();
  flow.end();
  reading.addOnce(asides);
}
