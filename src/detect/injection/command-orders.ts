import { detectorId } from '../../core/ids.ts';
import type { KeywordDetector } from '../scan/detector.ts';
import { LIKELY, SURE, THRESHOLDS } from './thresholds.ts';

/** Commands are read to the end of their line, so far at most. */
const LINE_BYTES = 240;
const REACH_BYTES = 256;

interface CommandOrder {
  readonly id: string;
  readonly keywords: readonly string[];
  readonly confidence: number;
  /** What the line around the keyword must hold. */
  readonly line: RegExp;
}

const ORDERS: readonly CommandOrder[] = [
  {
    // What a command does should be readable where it is given.
    id: 'injection/encoded-command',
    keywords: ['base64 -d', 'base64 --decode', 'b64decode(', "'base64')", '"base64")', 'frombase64string', 'xxd -r'],
    confidence: SURE,
    line: /(?:base64 (?:-d|-D|--decode)|xxd -r[^|]{0,20})[^|\n]{0,60}\|\s{0,4}(?:sudo )?(?:ba|z|da)?sh\b|(?:exec|eval|iex|os\.system|subprocess\.[a-z]{1,10})\s{0,2}\(\s{0,2}(?:[a-z_.]{0,30}\()?[^\n]{0,80}?(?:b64decode\(|base64['"]\)|frombase64string)/i,
  },
  {
    id: 'injection/exfiltration-command',
    keywords: [
      '.ssh/id_',
      '.aws/credentials',
      '.config/gcloud',
      '.kube/config',
      '.docker/config.json',
      '/etc/shadow',
      'printenv',
      '$(env',
      '`env`',
      '@.env',
      'cat .env',
      '.git-credentials',
      'login.keychain',
    ],
    confidence: LIKELY,
    line: /\b(?:curl|wget|requests\.post|invoke-webrequest)\b[^\n]{0,200}https?:|\bn(?:c|cat) [0-9a-z.-]{3,60} [0-9]{2,5}\b|\|\s{0,4}(?:curl|nc|ncat|wget)\b/i,
  },
  {
    // Hosts that hand to anyone whatever is sent to them; a text from outside that sends there is no help to its reader.
    id: 'injection/exfiltration-host',
    keywords: [
      'webhook.site',
      'requestbin',
      'pipedream.net',
      'burpcollaborator.net',
      'oastify.com',
      'interact.sh',
      'requestcatcher.com',
      'beeceptor.com',
      'ngrok-free.app',
      '.ngrok.io',
      'hookbin.com',
      '.oast.',
      'canarytokens.com',
    ],
    confidence: LIKELY,
    line: /\b(?:curl|wget|send|post|upload|forward|requests\.post|fetch)\b[^\n]{0,200}?(?:\$\(|\$\{|\benv\b|base64|--data|-d @|-F |token|secret|credential|password|conversation|history|contents?)/i,
  },
];

/** Orders to run what hides itself or carries secrets away, in texts that an agent reads. */
export const COMMAND_ORDERS: readonly KeywordDetector[] = ORDERS.map(({ id, keywords, confidence, line }) => ({
  how: 'keyword',
  id: detectorId(id),
  keywords,
  reachBytes: REACH_BYTES,
  matchAt({ latin1, scene }, start, end) {
    if (confidence < THRESHOLDS[scene.source]) return null;
    const before = latin1.slice(Math.max(0, start - LINE_BYTES), start);
    const behind = latin1.slice(end, end + LINE_BYTES);
    const from = start - (before.length - 1 - before.lastIndexOf('\n'));
    const length = behind.indexOf('\n');
    const to = end + (length < 0 ? behind.length : length);
    return line.test(latin1.slice(from, to)) ? { start: from, end: to, confidence } : null;
  },
}));
