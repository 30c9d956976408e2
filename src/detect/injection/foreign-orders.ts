import type { Detector } from '../scan/detector.ts';
import { foreignPattern, phraseDetectors } from './phrase.ts';
import { LIKELY, OUT_OF_PLACE, SURE } from './thresholds.ts';

/** A letter with an accent, as it may be written with one or without. */
const ANY = '[a-z\\x80-\\xff]{1,2}';

const PROMPT =
  '(?:system ?prompts?|prompts? (?:de |do |del )?(?:sistema|syst[a-z\\x80-\\xff]{1,2}me)|invite syst[a-z\\x80-\\xff]{1,2}me|instructions?|consignes|instruccion(?:es)?|instru[a-z\\x80-\\xff]{1,5}es|istruzioni|instructies|anweisungen|instruktionen|vorgaben|directivas|diretrizes|direttive|directives|prompts?)';

const MODELS =
  '(?:ki|ia|ai|llms?|(?:ki|ai|ia) ?(?:assistent(?:en)?|agent(?:en)?|modell(?:e)?)|(?:assistant|asistente|assistente|agente|agent|modelo|modello|mod[a-z\\x80-\\xff]{1,2}le)s? (?:de |d|di )?(?:ia|ai|inteligencia artificial|langage|lenguaje|linguagem)|sprachmodelle?|assistent(?:en)?|asistente|assistente|assistant|chatbots?|claude|chatgpt)';

/** The orders of `prompt-theft.ts`, `agent-address.ts` and `frame-phrases.ts` in other languages of Latin letters. */
export const FOREIGN_ORDERS: readonly Detector[] = [
  ...phraseDetectors('injection/prompt-theft', [
    {
      keywords: [
        'wiederhole',
        'offenbare',
        'zitiere',
        'verrate',
        'affiche',
        'montre',
        'donne-moi',
        'donne moi',
        'recopie',
        'muestra',
        'strame ',
        'dime ',
        'revela',
        'repite',
        'repita',
        'imprime',
        'escribe',
        'mostre',
        'diga',
        'mostra',
        'rivela',
        'ripeti',
        'stampa',
        'dimmi',
        'herhaal',
        'toon ',
        'geef ',
        'onthul',
      ],
      confidence: SURE,
      pattern: foreignPattern(
        `(?:wiederhole|offenbare|zitiere|verrate|affiche[zr]?|montre[zr]?(?: moi)?|donne moi|recopie[zr]?|mu${ANY}stra(?:me)?|strame|dime|revel[ae](?:me)?|repit[ae](?:me)?|imprim[ae](?:me)?|escrib[ea](?:me)?|mostr[ea](?:me)?|diga(?: me)?|rivela(?:mi)?|ripeti(?:mi)?|stampa|dimmi|herhaal|toon|geef|onthul) ‥3(?:deine[nr]?|ihre[nr]?|ton|ta|tes|vos|votre|tu|tus|sus?|sua|suas|tuo|tuoi|tue|le tue|il tuo|je|jouw|uw) ‥2${PROMPT}\\b`,
      ),
    },
    {
      keywords: [
        'mot pour mot',
        'rtlich',
        'palabra por palabra',
        'textualmente',
        'palavra por palavra',
        'parola per parola',
        'woord voor woord',
        'woordelijk',
      ],
      confidence: LIKELY,
      after:
        /(?:r\S{1,4}p\S{1,3}te|wiederhole|gib|repite|repita|ripeti|herhaal|copie|escribe|schreibe|\xc3\xa9cris|zitiere)\b[^.!?\n]{0,40}$/i,
      pattern: foreignPattern(
        `(?:mot pour mot|rtlich|palabra por palabra|textualmente|palavra por palavra|parola per parola|woord voor woord|woordelijk) …4(?:texte?|texto|testo|tekst|${PROMPT}|tout|alles|todo|tudo|tutto|le contenu|ce qui|lo que|o que|was)\\b`,
      ),
    },
  ]),
  ...phraseDetectors('injection/agent-address', [
    {
      keywords: [
        'hinweis an',
        'hinweis f',
        'nachricht an',
        'mitteilung an',
        'anweisung an',
        'note pour',
        'note aux',
        'message pour',
        'message aux',
        'nota para',
        'nota per',
        'nota al',
        'mensaje para',
        'mensagem para',
        'aviso para',
        'aviso al',
        'avviso per',
        'messaggio per',
        'instrucciones para',
        'instructions pour',
        'istruzioni per',
        'opmerking voor',
      ],
      confidence: LIKELY,
      pattern: foreignPattern(
        `(?:hinweis|nachricht|mitteilung|anweisung|note|message|nota|mensaje|mensagem|aviso|avviso|messaggio|instrucciones|instructions|istruzioni|opmerking) (?:an|f${ANY}r|\\xc3\\xa0|pour|aux|para|per|voor|al|all|aan|a) (?:(?:den|die|das|alle|l|la|le|les|el|los|o|a|os|il|gli|de|tous|toutes|todos|todas|jede[ns]?) ){0,2}(?:(?:al)?l')?${MODELS}\\b`,
      ),
    },
    {
      keywords: [
        'dem nutzer',
        'dem benutzer',
        'dem anwender',
        'den nutzer',
        'den benutzer',
        'dem user',
        'utilisateur',
        'al usuario',
        'el usuario',
        'ao usu',
        'ao utilizador',
        'utente',
        'de gebruiker',
      ],
      confidence: OUT_OF_PLACE,
      after:
        /(?:erw\S{1,4}hne|sage?|teile|informiere|verrate|ohne|melde|ne (?:dis|dites|le dis|mentionne|parle|pr\S{1,4}viens|informe)|sans|sin|no (?:se lo )?(?:digas?|informes?|menciones?|avises?|cuentes?)|n\S{1,3}o (?:conte|diga|informe|mencione|avise)|sem|senza|non (?:dire|dirlo|informare|menzionare|avvisare)|zonder|vertel)\b[^.!?;\n]{0,40}$/i,
      pattern:
        /(?:de[mn] (?:be)?(?:nutzer|user|anwender)|ut(?:ilisateur|ente)|(?:al|el) usuario|ao (?:usu\S{1,3}rio|utilizador)|de gebruiker)/iy,
    },
  ]),
  ...phraseDetectors('injection/persona', [
    {
      keywords: [
        'du bist',
        'tu es ',
        'tu eres',
        'eres ahora',
        'ahora eres',
        'sei ora',
        'je bent',
        'antworte',
        'ponds ',
        'responde ',
        'rispondi',
        'responda',
      ],
      confidence: LIKELY,
      pattern: foreignPattern(
        `(?:du bist|tu es|(?:tu |ahora )?eres(?: ahora)?|sei ora|je bent|antworte|ponds|responde|rispondi|responda) ‥6(?:(?:ohne|sans|sin|sem|senza|zonder) (?:(?:jede|jegliche|aucune?|ningun[ao]?|nenhuma?|alcun[ao]?|enige) )?(?:einschr${ANY}nkung(?:en)?|beschr${ANY}nkung(?:en)?|filter|zensur|regeln|filtres?|restrictions?|censure|limites?|r${ANY}gles|filtros?|restricciones|censura|reglas|restri[a-z\\x80-\\xff]{1,6}es|regras|filtri|restrizioni|regole|beperkingen|censuur)|unzensiert~?|unbeschr${ANY}nkt~?|d${ANY}brid${ANY}e?)\\b`,
      ),
    },
  ]),
];
