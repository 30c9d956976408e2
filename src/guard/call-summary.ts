import { forEachChild, parse } from 'unbash';
import type { SyntaxNode } from 'unbash';
import type { Action } from '../core/action.ts';
import { MAX_RECORDED_LENGTH } from './limits.ts';

/** Longest command line that is taken apart for its summary, in UTF-16 code units. The decision has its own bound. */
const MAX_SUMMARISED_LENGTH = 16_384;
/** Most programs that a summary names. */
const MAX_PROGRAMS = 16;
/** Most nodes of a command line that are looked at for them. */
const MAX_NODES = 5_000;
const PROGRAM = /^[A-Za-z0-9_.+:[-]{1,40}$/;

/**
 * One line that lets a person tell calls apart in the log: programs without their operands, paths, hosts, names.
 * Never content, and nothing that a decision rests on.
 */
export function callSummary(action: Action): string {
  if (action.kind === 'command') return programsOf(action.commandLine);
  if ('path' in action) return recordedText(action.path);
  if (action.kind === 'fetch') return hostOf(action.url);
  if (action.kind === 'mcp') return recordedText(`${action.server}/${action.tool}`);
  if (action.kind === 'tool') return recordedText(action.name);
  return action.kind === 'canary' ? 'liveness check' : action.why;
}

/** Text of an event in the form that a record takes over: well-formed and at most {@link MAX_RECORDED_LENGTH} long. */
export function recordedText(text: string): string {
  return text.slice(0, MAX_RECORDED_LENGTH).toWellFormed();
}

/** The programs of a command line in the order of its syntax tree, each once; a name that is not plain is a `?`. */
function programsOf(commandLine: string): string {
  if (commandLine.length > MAX_SUMMARISED_LENGTH) return 'a long command line';
  const found = new Set<string>();
  try {
    const open: SyntaxNode[] = [parse(commandLine)];
    for (let seen = 0; seen < MAX_NODES && found.size < MAX_PROGRAMS; seen += 1) {
      const node = open.pop();
      if (node === undefined) break;
      if (node.type === 'Command' && node.name !== undefined) found.add(programName(node.name.value));
      const children: SyntaxNode[] = [];
      forEachChild(node, (child) => children.push(child));
      open.push(...children.slice(0, MAX_NODES).toReversed());
    }
  } catch (error) {
    // The parser gives up on hostile nesting with a RangeError; the summary is no reason to fail the call.
    if (error instanceof Error) return 'an unreadable command line';
    throw error;
  }
  return [...found].join(', ');
}

function programName(word: string): string {
  const name = word.slice(word.lastIndexOf('/') + 1);
  return PROGRAM.test(name) ? name : '?';
}

function hostOf(url: string): string {
  return URL.canParse(url) ? recordedText(new URL(url).hostname) : 'an unreadable address';
}
