import { foreignPattern, phraseDetectors, phrasePattern } from './phrase.ts';
import { LIKELY, SURE } from './thresholds.ts';

const RULES =
  '(?:rules?|restrictions?|limit(?:s|ations?)?|filters?|guidelines?|polic(?:y|ies)|ethic(?:s|al)?|moral(?:s|ity)?|censorship|laws?|boundaries|confines|constraints?|safeguards?|regulations|norms)';
const FREED =
  '(?:unrestricted|unfiltered|uncensored|amoral|jailbroken|unbound|unlimited|unethical|unhinged|immoral|rebellious|evil|limitless|no limits|without limits)';
const MODE =
  '(?:developer|dev|debug|god|dan|maintenance|unrestricted|jailbreak|jailbroken|admin|root|sudo|opposite|no.filter|evil|diagnostic|unsafe|unfiltered|test|testing|training|simulation|chaos|override|free)';

/** Attempts to talk a model out of its character or into another one. */
export const FRAMES = phraseDetectors('injection/persona', [
  { keywords: ['do anything now'], confidence: SURE, pattern: phrasePattern('do anything now\\b') },
  {
    keywords: ['you are', "you're", 'you will be', 'you have become', 'you become'],
    confidence: SURE,
    pattern: phrasePattern(
      `(?:you are|you're|you will be|you have become|you become) …5${FREED}\\b …3(?:ai|model|assistant|chatbot|bot|gpt|llm|version|intelligence|character|persona|machine)\\b`,
    ),
  },
  {
    keywords: [
      'not bound',
      'no longer bound',
      'not be bound',
      'unbound by',
      'not restricted by',
      'not limited by',
      'not subject to',
      'free from',
      'free of',
      'freed from',
      'broken free',
      'break free',
      'does not follow',
      'not have to abide',
      'not have to follow',
      'not obey',
      'bypass all',
      'without regard',
    ],
    confidence: SURE,
    pattern: phrasePattern(
      `(?:(?:not|no longer|not be) bound|unbound by|not restricted by|not limited by|not subject to|free(?:d)? (?:from|of)|br(?:o|e)(?:ken|ak) free|does not follow|not have to (?:abide|follow)|not obey|bypass all|without regard) (?:by |to |of |from |for )?(?:the |any |all |its |their |your )?…2(?:openai|ai|ethical|moral|typical|usual|content|safety|legal|its|their|your|any|all)(?:'s)? …2${RULES}\\b`,
    ),
  },
  {
    keywords: [
      'without any',
      'without ethical',
      'without moral',
      'without restriction',
      'without censorship',
      'with no restriction',
      'with no ethical',
      'with no moral',
      'with no filter',
      'no restrictions',
      'no ethical',
      'no moral',
      'has no ethical',
      'have no ethical',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      `(?:without|(?:with|has|have)? ?no)(?: any)? (?:ethical|moral|content|safety|legal|censorship|restrictions?)(?: (?:or|and|,)? ?(?:ethical|moral|legal|content|safety))? (?:or )?(?:${RULES}|whatsoever|considerations|concerns|compass|bounds|obligations)\\b`,
    ),
  },
  {
    keywords: ['unrestricted', 'unfiltered', 'uncensored', 'amoral', 'jailbroken'],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:unrestricted|unfiltered|uncensored|amoral|jailbroken) …1(?:ai|assistant|chatbot|llm|bot|gpt|chatgpt)\\b',
    ),
  },
  {
    keywords: [
      'ai that has',
      'ai with no',
      'ai without',
      'chatbot that has',
      'chatbot with no',
      'assistant that has',
      'assistant with no',
      'assistant without',
      'model that has',
      'model with no',
      'model without',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      `(?:ai|chatbot|assistant|model) (?:that has no|with no|without)(?: any)? (?:(?:content|safety|ethical|moral|built-in) )?(?:filters?|restrictions?|limits?|limitations|rules|guidelines|morals|ethics|censorship|guardrails)\\b`,
    ),
  },
  {
    keywords: ['pretend', 'act as if', 'act as though', 'imagine', 'behave as if', 'let us say', "let's say"],
    confidence: LIKELY,
    pattern: phrasePattern(
      `(?:pretend|act as (?:if|though)|imagine|behave as if|let(?:'s| us) say) …5(?:rules|instructions|guidelines|restrictions|guardrails|system prompt) …8(?:never (?:been|existed)|(?:do|did)(?: not|n't) (?:exist|apply)|had never|no longer (?:exist|apply)|were never)\\b`,
    ),
  },
  {
    keywords: [
      'join both',
      'join the',
      'join them',
      'join these',
      'combine both',
      'combine the',
      'combine them',
      'combine these',
      'concatenate',
      'put together',
      'merge both',
      'merge the parts',
      'assemble the',
      'glue the',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:join|combine|concatenate|put together|merge|assemble|glue) …3(?:parts?|pieces|strings?|halves|words|letters|variables|fragments|chunks) …2(?:and|then) …2(?:follow|execute|obey|answer|respond to|comply|act on|do (?:it|what|that|as))\\b',
    ),
  },
  {
    keywords: MODE_KEYWORDS(),
    confidence: LIKELY,
    pattern: phrasePattern(
      `(?:you are (?:now )?(?:operating |running |working )?in|you(?:'re| are) now in|enter(?:ing)?|switch(?:ing)? to|activate|simulate|respond (?:in|with)|with|act(?:ing)? (?:in|with)|chatgpt (?:in|with)) (?:an? |the |your )?…1${MODE} mode\\b(?! (?:in|on|for|of) (?!which|order|this|all|every|you))`,
    ),
  },
  {
    keywords: [
      'developer mode',
      'dan mode',
      'jailbreak mode',
      'god mode',
      'unrestricted mode',
      'test mode',
      'testing mode',
      'debug mode',
      'opposite mode',
      'evil mode',
      'training mode',
      'maintenance mode',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      `${MODE} mode (?:is |has been |now )?(?:on|enabled|activated|active|engaged|output|response|unlocked)\\b …4(?:you|your|chatgpt|the ai|response|answer|output|ignore|respond|now)\\b`,
    ),
  },
  {
    keywords: [
      'pretend',
      'roleplay',
      'role-play',
      'role play',
      'act as',
      'act like',
      'imagine you',
      'imagine that you',
      'simulate',
      'immerse yourself',
      'respond as',
      'play the role',
      'take on the role',
      'take the role',
      'you will act',
      'you are to act',
      'from now on',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      `(?:pretend|role.?play|act (?:as|like)|imagine (?:that )?you|simulate|immerse yourself|respond as|play the role|take (?:on )?the role|you will act|you are to act|from now on) …12(?:no (?:ethical|moral|restrictions|rules|filters?|limits?)|${FREED}|can do anything|never refuses?|without (?:any )?(?:restrictions|filters?|ethic|moral|censorship|limit)|any (?:and all )?(?:request|question) (?:no matter|without)|illegal|unethical|anything i (?:say|ask|want)|not an? (?:ai|assistant)|evil)\\b`,
    ),
  },
  {
    keywords: [
      'in character',
      'in their role',
      'in his role',
      'in her role',
      'in its role',
      'in your role',
      'in their character',
    ],
    confidence: LIKELY,
    after: /\b(?:stay|remain)s?\b[^.!?\n]{0,24}$/i,
    pattern: phrasePattern('in (?:(?:their|his|her|its|your) )?(?:roles?|character)\\b'),
  },
  {
    keywords: ['break character', 'breaking character', 'breaking out of', 'break out of', 'stay a dan'],
    confidence: LIKELY,
    pattern: phrasePattern('(?:break(?:ing)? (?:out of )?(?:their |its |his |her |your )?character|stay a dan)\\b'),
  },
  {
    keywords: ['bleib', 'verharr'],
    confidence: LIKELY,
    pattern: foreignPattern(
      '(?:bleib(?:e|en|t|st)?|verharr(?:e|en|t|st)) ‥2in (?:ihren?|seiner?|deiner?|der) rollen?\\b',
    ),
  },
  {
    keywords: [
      'never refuse',
      'not refuse',
      'cannot refuse',
      "can't refuse",
      'never say',
      'never decline',
      'never reject',
      'do not say',
      "don't say",
      'not say that you',
      'never mention',
      'do not mention',
      "don't mention",
      'never apologize',
      'not add any warning',
      'no disclaimers',
      'never respond with',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      `(?:(?:never|not|cannot|can't|don't|do not) (?:ever )?(?:refuse|decline|reject) (?:a |any |to |my |the )?(?:direct |user |human )?…1(?:requests?|orders?|questions?|instructions?|answer|respond|comply|anything|commands?)|(?:never|not|don't) (?:ever )?(?:say|mention|state|respond with|tell me|inform me|remind me) (?:that |anything like |phrases like |things like )?(?:you(?:'re| are)?|i'?m?|it'?s?|as|being|the words?|how you)(?: am| are)? …3(?:sorry|ai|cannot|can't|unable|language model|not able|illegal|unethical|inappropriate|against)|no disclaimers|not add any warning)\\b`,
    ),
  },
  {
    keywords: ['jailbreak', 'jailbroken'],
    confidence: LIKELY,
    pattern: phrasePattern(
      `jailbr(?:eak|oken) (?:…3)(?:prompt for|enabled|activated|yourself|chatgpt|gpt|ai language|mode)\\b`,
    ),
  },
]);

function MODE_KEYWORDS(): string[] {
  return [
    'you are in ',
    'you are now in',
    'you are operating in',
    'you are running in',
    "you're now in",
    "you're in ",
    'entering ',
    'enter ',
    'switch to ',
    'switch into',
    'activate ',
    'simulate ',
    'chatgpt with',
    'chatgpt in',
    'act as chatgpt with',
    'respond in ',
  ];
}
