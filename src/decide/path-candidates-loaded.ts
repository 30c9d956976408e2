import type { ShapedWord } from './command-shape.ts';
import { getoptWords, valuesNamed } from './getopt-words.ts';
import { MAKE } from './make-options.ts';
import { place, valuesGiven } from './path-candidate.ts';
import type { PathCandidate } from './path-candidate.ts';

/** Program text that options of a project program have it load: `make -f FILE`, `ruby -r./x.rb`, `node --require=../x.js`. */
export function loadedPlaces(program: string, shape: readonly ShapedWord[]): readonly PathCandidate[] {
  return filesLoaded(program, shape).flatMap((text) => (NAMES_FILE.test(text) ? [place(text, 'read')] : []));
}

/** What is not spelled as a path is the name of a package. */
const NAMES_FILE = /^(?:\.{0,2}\/|~)/;

function filesLoaded(program: string, shape: readonly ShapedWord[]): readonly string[] {
  switch (program) {
    case 'make':
    case 'gmake':
      return valuesNamed(
        getoptWords(
          shape.map(({ word }) => word),
          MAKE,
        ),
        'f',
        'file',
        'makefile',
      ).map(({ text }) => text);
    case 'ruby':
      return valuesGiven(shape, 'r', []);
    case 'node':
    case 'nodejs':
    case 'tsx':
    case 'ts-node':
      return valuesGiven(shape, 'r', ['require', 'import', 'loader', 'experimental-loader']);
    case 'php':
      return [
        ...valuesGiven(shape, 'fF', ['file', 'process-file']),
        ...valuesGiven(shape, 'd', ['define']).map((text) =>
          text.replace(/^=?(?:auto_(?:ap|pre)pend_file|(?:zend_)?extension)=["']?/, ''),
        ),
      ];
    default:
      return [];
  }
}
