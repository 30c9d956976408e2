import { phraseDetectors, phrasePattern } from './phrase.ts';
import { LIKELY, SURE } from './thresholds.ts';

/** Words that ask for a text, not far behind them the text. */
const ASKING =
  /\b(?:reveal|show|print|output|display|repeat|tell|give|leak|share|recite|dump|expose|disclose|summari[sz]e|translate|spell.?check|write (?:out|down)|return|what(?:'s|\u00e2\u0080\u0099s| is| are| was| were)|copy|list|provide|paste|respond with|include|encode)\b[^.!?\n]{0,48}$/i;

/** Orders to show what the model was told or what it keeps. */
export const PROMPT_THEFT = phraseDetectors('injection/prompt-theft', [
  {
    keywords: [
      'your prompt',
      'your system',
      'your initial',
      'your original',
      'your instruction',
      'your directives',
      'your secret',
      'your hidden',
      'your internal',
      'your full',
      'your entire',
      'your exact',
      'your complete',
      'your previous',
      'your programming',
      'your guidelines',
      'your developer',
      'your custom',
      'your base',
      'your own',
      'your current',
      'your very first',
      'your confidential',
      'your preprompt',
      'your pre-prompt',
      'your configuration',
      'your security',
    ],
    confidence: SURE,
    after: ASKING,
    pattern: phrasePattern(
      'your (?:(?:entire|full|exact|complete|original|initial|secret|hidden|previous|own|current|internal|very|first|confidential) ){0,3}?(?:(?:system |base |custom |developer )?(?:prompts?|instructions?|directives?)|system message|guidelines|(?:initial|hidden|secret|internal|security) (?:rules|configuration|settings|messages?|id|identifier|name)|(?:very )?first (?:message|sentence|instruction)|configuration|programming|configuration prompt|pre-?prompt)\\b',
    ),
  },
  {
    keywords: [
      'initial prompt',
      'original prompt',
      'hidden prompt',
      'secret prompt',
      'above prompt',
      'previous prompt',
      'initial instruction',
      'original instruction',
      'hidden instruction',
      'secret instruction',
      'previous instruction',
      'prior instruction',
      'confidential instruction',
      'preceding instruction',
      'text above',
      'words above',
      'instructions above',
      'prompt above',
      'lines above',
      'content above',
      'text before this',
      'text written above',
      'text that is above',
      'text that was above',
      'you were given above',
      'you see above',
    ],
    confidence: SURE,
    after: ASKING,
    pattern: phrasePattern(
      '(?:(?:initial|original|hidden|secret|above|previous|preceding|prior|confidential) (?:system )?(?:prompts?|instructions?)|(?:text|words|instructions?|prompts?|lines|content) (?:(?:that )?(?:is|was|written) )?(?:above|before this)|you (?:were given|see) above)\\b',
    ),
  },
  {
    keywords: [
      'everything above',
      'everything before this',
      'text above',
      'words above',
      'prompt above',
      'instructions above',
      'system prompt',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:everything (?:above|before this) …3(?:verbatim|word for word|exactly|code ?block)|(?:text|words|prompt|instructions) above …3(?:verbatim|word for word|exactly|code ?block|starting)|system prompt …3(?:verbatim|word for word|exactly as|in full|code ?block))\\b',
    ),
  },
  {
    keywords: [
      'beginning of this conversation',
      'start of this conversation',
      'beginning of our conversation',
      'start of our conversation',
      'precedes this conversation',
      'before this conversation',
    ],
    confidence: LIKELY,
    after:
      /\b(?:repeat|print|output|show|reveal|reproduce|recite|copy|paste|dump|everything|instructions?|prompts?|verbatim|given|word for word)\b[^.!?\n]{0,60}$/i,
    pattern: phrasePattern('(?:(?:beginning|start) of (?:this|our)|precedes this|before this) conversation\\b'),
  },
  {
    keywords: [
      'first message in this',
      'first message of this',
      'initial message of this',
      'first prompt',
      'very first message',
      'initial message in this',
    ],
    confidence: LIKELY,
    after: ASKING,
    pattern: phrasePattern(
      '(?:very )?(?:first|initial) (?:message|prompt) (?:(?:in|of) this (?:chat|conversation|session)|(?:that )?you (?:got|received|were given))\\b',
    ),
  },
  {
    keywords: [
      'the password',
      'the secret',
      'secret password',
      'secret key',
      'secret word',
      'access code',
      'your secret',
      'your password',
      'the passphrase',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:the|your|secret) …1(?:password|passphrase|secret(?: key| word| code)?|access code|key) …4(?:backwards?|reversed?|letter by letter|in base64|rhymes?|first letter|last letter|with (?:a )?(?:spaces|dots|dashes)|character by character|between (?:each|every) (?:letter|character)|you (?:are|were) (?:told|given|guarding|protecting|hiding))\\b',
    ),
  },
]);
