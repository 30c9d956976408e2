import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import type { Command } from 'commander';
import type { CallFilter } from '../bin/replay-segment.ts';
import { StateFolder } from '../core/error.ts';
import { eachGiven, ownPaths } from './place.ts';

/** The options by which calls are chosen. */
export interface FilterOptions {
  readonly since?: number;
  readonly until?: number;
  readonly session?: string;
}

/** Adds the options that name what is read, for every command that reads recorded calls. */
export function addSourceOptions(command: Command): Command {
  return command
    .option(
      '--log <place...>',
      'folders of logs, or files of calls as JSON lines (default: the log of the state folder)',
    )
    .option('--keys <folder>', 'folder of content keys (default: `keys/content` beside the folder of the log)')
    .option(
      '--policy <file>',
      'a document of the policy, or a folder; may be given several times (default: the one that `up` would take)',
      eachGiven,
    )
    .option('--since <time>', 'only calls from this time on (ISO 8601)', time)
    .option('--until <time>', 'only calls before this time (ISO 8601)', time)
    .option('--session <id>', 'only this session')
    .option('--json', 'print JSON');
}

/** What is read: folders of logs, and files of calls. */
export interface Sources {
  readonly logs: readonly { readonly folder: string; readonly keysFolder: string }[];
  readonly files: readonly string[];
}

/** @throws {StateFolder} where a place is neither a log nor a file. */
export function sourcesOf(places: readonly string[] | undefined, keys: string | undefined): Sources {
  const named = (places ?? [ownPaths().audit]).map((place) => resolve(place));
  const isLog = (place: string): boolean => existsSync(join(place, 'segments'));
  const stranger = named.find((place) => !isLog(place) && !isFile(place));
  if (stranger !== undefined) {
    throw new StateFolder(`there is no log in \`${stranger}\``, {
      hint: 'name the folder that holds `segments`, or a file of calls as JSON lines',
    });
  }
  const keysFolder = (folder: string): string =>
    keys === undefined ? join(dirname(folder), 'keys', 'content') : resolve(keys);
  return {
    logs: named.filter(isLog).map((folder) => ({ folder, keysFolder: keysFolder(folder) })),
    files: named.filter((place) => !isLog(place)),
  };
}

function isFile(place: string): boolean {
  return existsSync(place) && statSync(place).isFile();
}

/** The calls that the options ask for. */
export function filterOf({ since, until, session }: FilterOptions): CallFilter {
  return { sinceMs: since ?? null, untilMs: until ?? null, sessionId: session ?? null };
}

/** One line on how far a reading is: part, rate and the time that is left. Records are null where nobody counts them. */
export function progressText(
  {
    bytes,
    totalBytes,
    records,
  }: { readonly bytes: number; readonly totalBytes: number; readonly records: number | null },
  elapsedMs: number,
): string {
  const part = totalBytes === 0 ? 1 : bytes / totalBytes;
  const width = 24;
  const bar = '#'.repeat(Math.round(part * width)).padEnd(width, '.');
  const perSecond = (amount: number): number => (elapsedMs < 1 ? 0 : Math.round((amount * 1000) / elapsedMs));
  const rate =
    records === null ? `${perSecond(bytes / 1_000_000)} MB/s` : `${records} records, ${perSecond(records)}/s`;
  const leftSeconds = part === 0 ? 0 : Math.ceil((elapsedMs * (1 - part)) / part / 1000);
  return `[${bar}] ${Math.floor(part * 100)} % ${rate}, ${leftSeconds} s left`;
}

function time(text: string): number {
  const value = Date.parse(text);
  if (Number.isNaN(value))
    throw new InvalidArgumentError('a time such as 2026-01-31 or 2026-01-31T12:00:00Z is wanted');
  return value;
}
