import { isPlaceholder, isReference, isStandIn } from './placeholder.ts';
import { isRandom, surpriseBits } from './randomness.ts';

/** What is known of the place where a password may stand. */
export interface PasswordPlace {
  readonly quoted: boolean;
  readonly path: string | null;
  /** Whether the lines around it are data. */
  readonly inData: boolean;
  /** Whether it stands among the settings of a connection. */
  readonly inSettings: boolean;
}

/**
 * Whether a value that is given to a name of a password is one: in a file that holds settings any word is; elsewhere, in
 * programs, tests and instructions, it must not be made of words alone.
 */
export function isPassword(text: string, { quoted, path, inData, inSettings }: PasswordPlace): boolean {
  if (text.length < 4 || isReference(text) || /^\s|\s{2}|\\[xu]/.test(text)) return false;
  if (path !== null && CREDENTIAL_PATH.test(path)) return !NO_VALUE.test(text);
  if ((inSettings || (path !== null && SETTINGS_PATH.test(path))) && !EXPRESSION.test(text))
    return !NO_VALUE.test(text) && !isStandIn(text);
  if (/\s/.test(text) || isPlaceholder(text) || NO_VALUE.test(text) || EXPRESSION.test(text)) return false;
  if (isRandom(text)) return true;
  // A word with a capital labels a field: `"password": "Kennwort"`.
  if (inData && text.length >= 8 && !/^[A-Z][a-z]{1,40}$/.test(text)) return true;
  if (text.length < 7 || text.length > 64 || surpriseBits(text) < 3.2) return false;
  const [letters, digits] = [/[A-Za-z]/.test(text), /\d/.test(text)];
  const marks = /[!@#$%^&*?~+=]/.test(text);
  // Names and words with a number behind them are what tests and instructions hold.
  if (letters && digits && (marks || inData || !/^[A-Za-z_.-]{1,40}\d{1,4}$/.test(text))) return true;
  return quoted && marks && letters && text.length >= 8 && !/[ =<>]/.test(text);
}

/** Whether a file of this path holds settings of a running system. */
export function holdsSettings(path: string | null): boolean {
  return path !== null && (CREDENTIAL_PATH.test(path) || SETTINGS_PATH.test(path));
}

/** Files that hold the credentials of a running system and nothing to learn from. */
const CREDENTIAL_PATH =
  /(?:^|\/)(?:\.env(?:\.(?!example|sample|template|dist|defaults?)\w{1,20})?|\.?(?:netrc|_netrc|npmrc|pypirc|pgpass|my\.cnf|esmtprc|msmtprc|s3cfg|boto|dockercfg|ftpconfig|tugboat|htpasswd|git-credentials|remote-sync\.json)|wp-config\.php|config\.php|configuration\.php|localsettings\.php|sftp(?:-config)?\.json|deployment-config\.json|robomongo\.json|filezilla\.xml|recentservers\.xml|sitemanager\.xml|webservers\.xml|(?:dbeaver-)?data-sources\.xml|credentials(?:\.xml|\.json|\.ya?ml)?|tomcat-users\.xml|[\w.-]{1,40}\.(?:tfvars|rdp|ovpn))$/i;

/** Files of settings, which projects also hand out with words to be replaced in them. */
const SETTINGS_PATH =
  /(?:^|\/)(?:settings\.(?:php|py|xml)|secrets?\.(?:ya?ml|json|toml|ini|properties)|database\.ya?ml|mongoid\.yml|application(?:-\w{1,20})?\.(?:properties|ya?ml)|context\.xml|config|[\w.-]{1,40}\.(?:ini|cfg|conf|cnf|properties))$/i;

const NO_VALUE =
  /^(?:true|false|yes|no|none|null|nil|undefined|required|optional|on|off|0|1|\d{1,3}|prompt|ask|encrypted|plain|files|compat|md5|sha\d*|crypt|x|\*+|\?+|-+|_+|=+|\.+)[,;]?$/i;

/** Code, types and markup: `getPassword()`, `user.password`, `string`, `#password`, `[type=password]`. */
const EXPRESSION =
  /^(?:[a-z_$][\w$]{0,60}(?:\.|::|->)[\w$.]{1,80}|[#.][A-Za-z][\w-]{1,60}|[a-z]{1,20}:\/\/.{0,200}|\/.{0,200}|\.{1,2}\/.{0,200}|[A-Z_]{3,60}|[\w-]{1,40}=[\w-]{1,40}|\^.{0,200}|@[a-z][\w./-]{1,60}|--?[a-z][\w-]{0,40}|0x[\da-fA-F]{1,40})$|[(){}<>]|=>|&&|\|\||\$\w/;
