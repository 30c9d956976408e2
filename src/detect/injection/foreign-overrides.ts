import { foreignPattern, phraseDetectors } from './phrase.ts';
import { LIKELY, SURE } from './thresholds.ts';

/** A letter with an accent, as it may be written with one or without. */
const ANY = '[a-z\\x80-\\xff]{1,2}';

/** Orders to drop what the model was told before, in other languages of Latin letters. */
export const FOREIGN_OVERRIDES = phraseDetectors('injection/override-foreign', [
  {
    keywords: ['ignorier', 'vergiss', 'vergesst', 'vergessen sie', 'missacht', 'beachte nicht', 'verwirf', 'verwerfe'],
    confidence: SURE,
    pattern: foreignPattern(
      `(?:ignorier~?|vergiss|vergesst|vergessen sie|missacht~?|beachte nicht|verwirf|verwerfen? sie) ‥3(?:alle[sn]?|s${ANY}mtliche[ns]?|jegliche|die|deine|meine|vorherige[ns]?|bisherige[ns]?|obige[ns]?|vorige[ns]?|fr${ANY}here[ns]?|s${ANY}mtliche) ‥4(?:(?:[a-z]{3,14})?(?:regeln|anweisungen|vorgaben|richtlinien)|anweisung(?:en)?|instruktion(?:en)?|aufgaben?|befehle?|regeln|vorgaben|prompts?|auftr${ANY}ge?|kontext|richtlinien|anleitung(?:en)?|davor|vorher|zuvor|bisher|oben|gesagt|informationen)\\b`,
    ),
  },
  {
    keywords: ['obigen', 'vorherigen', 'bisherigen', 'vorigen', 'alle anweisungen', 'alle vorherigen'],
    confidence: SURE,
    pattern: foreignPattern(
      `(?:obigen|vorherigen|bisherigen|vorigen|alle(?: vorherigen| bisherigen)?) (?:anweisungen|instruktionen|ausf${ANY}hrungen|aufgaben|befehle|regeln|vorgaben) …2(?:ignorieren|vergessen|missachten|verwerfen)\\b`,
    ),
  },
  {
    keywords: ['abweichend', 'entgegen', 'ungeachtet', 'trotz '],
    confidence: SURE,
    pattern: foreignPattern(
      '(?:abweichend(?: von| zu)?|entgegen|ungeachtet|trotz) (?:den |der |deiner |deinen |allen |aller )?(?:vorherigen|bisherigen|obigen|vorigen|anderen) (?:anweisungen|instruktionen|befehlen?|vorgaben|regeln)',
    ),
  },
  {
    keywords: [
      'ignoriere alles',
      'vergiss alles',
      'vergessen sie alles',
      'oublie tout',
      'oubliez tout',
      'olvida todo',
      'dimentica tutto',
      'vergeet alles',
    ],
    confidence: LIKELY,
    pattern: foreignPattern(
      '(?:ignoriere|vergiss|vergessen sie|oublie|oubliez|olvida|dimentica|vergeet) (?:alles|tout|todo|tutto)\\b',
    ),
  },
  {
    keywords: ['zeig', 'nenne', 'verrate', 'gib mir', 'wie lauten deine', 'wie lautet dein', 'was sind deine'],
    confidence: SURE,
    pattern: foreignPattern(
      `(?:zeige?|nenne|verrate|gib|wie lauten?|was sind) …3(?:deine[nr]?|ihre[nr]?|den) …2(?:system ?prompts?|systemanweisung(?:en)?|prompts?|anweisungen|instruktionen|systemnachricht|vorgaben)\\b`,
    ),
  },
  {
    keywords: [
      'ignora',
      'olvida',
      'olvide',
      'descarta',
      'desobedece',
      'haz caso omiso',
      'no sigas',
      'no tengas en cuenta',
      'omite',
    ],
    confidence: SURE,
    pattern: foreignPattern(
      `(?:ignor(?:a|e|ar|en)|olvid(?:a|e|ar|en)(?: de)?|descart(?:a|e)|desobedece|haz caso omiso(?: de)?|no sigas|no tengas en cuenta|omite) …3(?:tod[oa]s?|las?|los?|tus|mis|cualquier|lo) …4(?:instruccion(?:es)?|instrucci${ANY}n|indicaciones|${ANY}rdenes|reglas|anterior(?:es)?|previ[ao]s?|arriba|dicho|prompts?|antes|directrices)`,
    ),
  },
  {
    keywords: [
      'ignore',
      'ignorez',
      'oublie',
      'oubliez',
      'ne tiens pas compte',
      'ne tenez pas compte',
      'ne suis pas',
      'ne suivez pas',
      'fais abstraction',
    ],
    confidence: SURE,
    pattern: foreignPattern(
      `(?:ignor(?:e|ez|er)|oubli(?:e|ez|er)|ne t(?:iens|enez) pas compte(?: de| des)?|ne sui(?:s|vez) pas|fais abstraction(?: de| des)?) …2(?:toutes?|tout|les|tes|vos|des|ce) …4(?:instructions? (?:pr${ANY}c${ANY}dentes?|ci-dessus|ant${ANY}rieures?|et|donn)|consignes|r${ANY}gles|directives|ordres|pr${ANY}c${ANY}dentes?|ci-dessus|avant|pr${ANY}c${ANY}demment)`,
    ),
  },
  {
    keywords: ['ignore', 'ignorar', 'esque', 'desconsidere', 'desconsidera', 'descarte', 'desobede'],
    confidence: SURE,
    pattern: foreignPattern(
      `(?:ignor(?:e|a|ar|em)|esque${ANY}?[ae]r?|desconsider[ae]|descarte|desobede~) …2(?:tod[oa]s?|tudo|as|os|suas|qualquer|o) …4(?:instru${ANY}${ANY}?es|regras|ordens|anterior(?:es)?|acima|antes|comandos|diretrizes|prompts?)`,
    ),
  },
  {
    keywords: ['ignora', 'ignorate', 'dimentica', 'dimenticate', 'non seguire', 'trascura', 'tralascia'],
    confidence: SURE,
    pattern: foreignPattern(
      '(?:ignora(?:te|re)?|dimentica(?:te|re)?|non seguire|trascura|tralascia) …2(?:tutt[oei]|le|gli|i|qualsiasi|quell[oe]|ogni) …4(?:istruzion[ei]|regole|ordini|precedent[ei]|sopra|prima|comandi|direttive|prompt)',
    ),
  },
  {
    keywords: [
      'negeer',
      'vergeet',
      'ignorera',
      'ignorer',
      'glem ',
      'zignoruj',
      'zapomnij',
      'ignoruj',
      'zapome',
      'zanemari',
      'zaboravi',
      'abaikan',
      'lupakan',
      'unohda',
      'ohita',
    ],
    confidence: SURE,
    pattern: foreignPattern(
      `(?:negeer|vergeet|ignorera|ignorer|glem|zignoruj|zapomnij|ignoruj|zapome${ANY}|zanemari|zaboravi|abaikan|lupakan|unohda|ohita) …3(?:alle?|alles|alla|wszystki[aechmo]{1,3}|o|v${ANY}echny|sve|semua|de|je|svi|kaikki|dine|dina) …4(?:instructies|opdrachten|regels|bovenstaande|hierboven|voorgaande|vorige|eerdere|instruktioner|tidigare|instrukser|tidligere|instrukcj[eia]|poprzedni[aech]{1,2}|polece${ANY}|pokyny|p${ANY}edchoz${ANY}|upute|prethodne|instrukcije|naredbe|pravila|instruksi|perintah|sebelumnya|ohjeet)`,
    ),
  },
  {
    // Whole words only: a letter with an accent stands in front of the first.
    keywords: ['re nicht auf', 'ren sie nicht auf', 'reagiere nicht auf', 'achte nicht auf', 'achten sie nicht auf'],
    confidence: SURE,
    pattern: foreignPattern(
      '(?:re|ren sie|reagiere|achte|achten sie) nicht auf ‥3(?:gesagte[ns]?|anweisung(?:en)?|vorgaben|regeln|befehle|vorherige[ns]?|vorige[ns]?|bisherige[ns]?)\\b',
    ),
  },
  {
    keywords: ['olvide todo', 'olvida todo', 'olvidad todo', 'dimentica tutto', 'oublie tout'],
    confidence: SURE,
    pattern: foreignPattern(
      `(?:olvid(?:e|a|ad) todo(?: lo)? que|dimentica tutto (?:quello|ci${ANY}) che|oublie tout ce que?) …4(?:dij[eo]|dicho|dijeron|aprendi|ordenar|detto|insegnato|dit|appris|ordonn)`,
    ),
  },
  {
    keywords: ['nceki', 'talimatlar'],
    confidence: LIKELY,
    pattern: foreignPattern(`(?:nceki …2talimatlar~?|talimatlar~?) …2(?:yok say|unut|g${ANY}z ard|dikkate alma)`),
  },
]);
