import { foreignPattern, phraseDetectors, phrasePattern } from './phrase.ts';
import { LIKELY, SURE } from './thresholds.ts';

/** How a letter outside of ASCII may be written. */
const ANY = '[a-z\\x80-\\xff]{1,3}';

/**
 * "In your answer" as orders to a model say it, by language. Among them are those in which little text is written and few
 * models refuse; nobody sends mail about a reader's answer in them to an English office.
 */
const YOUR_ANSWER = [
  // Irish, Scottish Gaelic, Welsh.
  'do fhreagra~?',
  'do fhreagairt',
  'fhreagairt agad',
  'freagairt agad',
  '(?:eich|dy) ateb',
  'teachdaireachd (?:an )?t?siostaim',
  'theachtaireacht ch[\\x80-\\xff]{2}rais',
  // Zulu, Xhosa, Swahili, Yoruba, Hausa.
  '(?:e|ku)?(?:ku)?i?mpendul(?:o|weni) yakho',
  'kule mpendulo',
  'ekuphenduleni kwakho',
  'kwempendulo yakho',
  'jibu lako',
  'majibu yako',
  `${ANY}d${ANY}h${ANY}n r${ANY}`,
  // Albanian, Maltese, Basque, Hmong, Guarani.
  `p${ANY}rgjigje[ns]? t${ANY}nde`,
  `p${ANY}rgjigje[ns]? tuaj`,
  `k${ANY}rkes${ANY}n t${ANY}nde t${ANY} sistemit`,
  'tweġiba tiegħek',
  'zure erantzun~',
  'koj cov lus teb',
] as const;

/** Orders on what the answer must hold, in languages other than English. */
export const ANSWER_ORDERS = phraseDetectors('injection/answer-order', [
  {
    keywords: [
      'do fhreag',
      'fhreagairt agad',
      'freagairt agad',
      'eich ateb',
      'dy ateb',
      'teachdaireachd',
      'theachtaireacht',
      'empendul',
      'impendul',
      'ekuphenduleni',
      'emphendul',
      'kwempendulo',
      'kule mpendulo',
      'jibu lako',
      'majibu yako',
      'rgjigje',
      'zure erantzun',
      'koj cov lus teb',
    ],
    confidence: LIKELY,
    pattern: foreignPattern(`(?:${YOUR_ANSWER.join('|')}|rgjigje[ns]? t(?:${ANY}nde|uaj)|empendulweni yakho)`),
  },
  {
    keywords: [
      'inclu',
      'agrega',
      'adjunta',
      'ajoute',
      'insere',
      'insira',
      'inclua',
      'adicione',
      'inserisci',
      'includi',
      'aggiungi',
      'schreibe',
      'gib ',
      'voeg ',
      'dodaj',
      'sertakan',
      'tambahkan',
      'baue ',
      'nimm ',
      'bettige',
    ],
    confidence: LIKELY,
    pattern: foreignPattern(
      `(?:inclu(?:ye|ya|s|ez|re|a|di|ir)|agrega|adjunta|ajoute[zr]?|ins${ANY}re|insira|adicione|inserisci|includi|aggiungi|schreibe|gib|voeg|dodaj|sertakan|tambahkan|baue|nimm) …7(?:tu|su|ta|votre|tua|sua|deine[rn]?|ihre[rn]?|je|jouw|uw|twojej|swojej|jawaban) ?(?:respuesta|r${ANY}ponse|risposta|resposta|antworte?n?|antwoord|odpowiedzi|anda|mu)`,
    ),
  },
]);

/** Orders on what the answer must hold, in the frames that go with them. */
export const ANSWER_FRAMES = phraseDetectors('injection/answer-order', [
  {
    keywords: [
      'if you are',
      "if you're",
      'when you are',
      'whenever you are',
      'if asked to',
      'when asked to',
      'if told to',
      'even if you',
    ],
    confidence: SURE,
    pattern: phrasePattern(
      "(?:(?:if|when|whenever|even if) you(?:'re| are) (?:told|asked|instructed) to|(?:if|when) (?:asked|told) to) (?:summari[sz]e|answer|translate|respond|review|rate|describe|analy[sz]e|classify|explain|read|process) …9(?:instead|also|rather|must|make sure|you should|ignore|respond with|say|output|print|include|reply)\\b",
    ),
  },
  {
    keywords: ['starting with', 'beginning with', 'begins with', 'starts with'],
    confidence: SURE,
    pattern: phrasePattern(
      `(?:starting|beginning|begins|starts) with (?:the (?:words?|phrase) )?(?:["'\\x80-\\xff]{0,6})you are\\b`,
    ),
  },
  {
    keywords: [
      'urgent new task',
      'urgent task',
      'priority task',
      'new task',
      'special task',
      'hidden task',
      'secret task',
      'experimental procedure',
      'emergency procedure',
      'test procedure',
      'hidden function',
      'secret function',
      'new procedure',
      'special procedure',
      'secret protocol',
      'emergency protocol',
      'special instruction',
      'hidden instruction',
      'secret instruction',
      'urgent instruction',
      'priority instruction',
      'new rule',
      'priority override',
      'critical instruction',
      'critical directive',
      'system directive',
      'mandatory instruction',
      'special directive',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:urgent|priority|new|special|hidden|secret|experimental|emergency|test|critical|system|mandatory) (?:new )?(?:tasks?|procedures?|functions?|protocols?|instructions?|directives?|rules?|override)[*_]{0,4}:(?!:)',
    ),
  },
  {
    keywords: ['mode enabled', 'mode activated', 'mode on:', 'mode:', 'mode]', 'mode engaged'],
    confidence: LIKELY,
    pattern:
      /mode(?: (?:enabled|activated|engaged|on)\b[^a-z]{0,6}(?:[:\]}*!.]|\n)|[:\]] ?(?:in (?:this|test|debug|developer) mode|you|ignore|output|respond|print))/iy,
  },
  {
    keywords: [
      'for academic purposes',
      'for educational purposes',
      'for research purposes',
      'for testing purposes',
      'for test purposes',
      'for debugging purposes',
      'for verification',
      'to enable debugging',
      'to enable developer',
      'to enable debug',
      'to fix the error',
      'to troubleshoot',
      'to prove you are',
      'prove you are',
      'prove that you are',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:for (?:academic|educational|research|testing|test|debugging|verification)(?: purposes)?|to enable (?:debug(?:ging)?|developer)(?: mode)?|(?:to )?prove (?:that )?you are (?:truly |really |actually )?(?:intelligent|an? (?:ai|real|advanced|capable)|smart|human)|to (?:fix the errors?|troubleshoot)) …6(?:output|print|reveal|include in your|repeat|respond with|your (?:system|initial|instructions|prompt|id|response|answer|configuration)|please execute:|by:|say exactly)',
    ),
  },
]);
