/** How far around a value its neighbours are looked for. */
export const SETTINGS_AROUND_BYTES = 300;

/**
 * Whether a value stands among the settings of a connection, whatever the file is called: a constant of a PHP
 * configuration, or a name of a host and one of a user beside it in data, each with a value of its own.
 */
export function standsInSettings(latin1: string, at: number): boolean {
  const before = latin1.slice(Math.max(0, at - SETTINGS_AROUND_BYTES), at);
  if (PHP_CONSTANT.test(before)) return true;
  // Statements show a program: there the values are those of examples and tests.
  const around = before + latin1.slice(at, at + SETTINGS_AROUND_BYTES);
  return HOST.test(around) && USER.test(around) && !STATEMENT.test(around);
}

const PHP_CONSTANT = /\bdefine\([ \t]{0,4}["']DB_PASS(?:WORD)?["'][ \t]{0,4},[ \t]{0,20}["']$/;
const HOST =
  /["']?\b(?:host|hostname|server|remotehost)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?(?!localhost|127\.|0\.0\.)[\w-]{1,60}\.[\w.-]{2,60}["']?[,;\r\n]/i;
const USER = /["']?\b(?:user|username|login|userid)["']?[ \t]{0,4}[:=][ \t]{0,4}["']?[\w@.-]{2,60}["']?[,;\r\n]/i;
const STATEMENT = /\b(?:const|let|var|function|return|import|await|def|class|assert|expect|new)\b|=>|```|\$ /;

/**
 * Whether the lines around a value are data, such as YAML, JSON, INI or XML, rather than statements or prose: each of
 * them gives a value to a name, or opens or closes a part.
 */
export function standsInData(latin1: string, at: number): boolean {
  const before = latin1.slice(Math.max(0, at - SETTINGS_AROUND_BYTES), at);
  const after = latin1.slice(at, at + SETTINGS_AROUND_BYTES);
  if (STATEMENT.test(before) || STATEMENT.test(after)) return false;
  // The first and the last line may be cut by the window.
  const lines = (before + after).split('\n').slice(before.length < SETTINGS_AROUND_BYTES ? 0 : 1);
  const whole = after.length < SETTINGS_AROUND_BYTES ? lines : lines.slice(0, -1);
  const told = whole.filter((line) => line.trim() !== '');
  return told.length >= LEAST_DATA_LINES && told.every((line) => DATA_LINE.test(line));
}

const LEAST_DATA_LINES = 3;
const DATA_LINE =
  /^[\t ]{0,60}(?:\d{1,7}(?:\t|\xe2\x86\x92|[:-])[\t ]{0,60})?(?:[-[\]{}(),;]{1,4}[\t ]{0,4})?(?:["']?[\w./$-]{1,60}["']?[\t ]{0,20}(?:[:=].{0,300}|\{)|<[!?/]?[\w:.-]{1,60}.{0,300}|["'\w./-]{1,100},?|[#;].{0,200}|\[[\w. -]{1,60}\]|)[\t \r]{0,20}$/;
