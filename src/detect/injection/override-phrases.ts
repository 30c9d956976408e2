import { phraseDetectors, phrasePattern } from './phrase.ts';
import type { Phrase } from './phrase.ts';
import { LIKELY, SURE } from './thresholds.ts';

const DROP =
  "(?:ignor(?:e|ing)|disregard(?:ing)?|forget(?:ting)?(?: about)?|overrid(?:e|ing)|overlook|neglect|discard|dismiss|abandon|bypass|erase|cancel|suspend|(?:set|put|leave) (?:aside|behind)|pay no attention to|(?:do not|don't|never|no longer|stop) (?:follow|obey|listen to|comply with|adhere to|heed)(?:ing)?|stop (?:following|obeying))";
const WHICH =
  "(?:all|any|every|everything|each|your|my|our|his|these|those|previous(?:ly)?|prior|above|earlier|preceding|former|foregoing|initial|original|existing|past|old|current|other|given|system(?:'s)?|developer(?:'s)?|openai(?:'s)?|anthropic(?:'s)?|safety|security|hidden|whatever)";
const SAID =
  '(?:instructions?|prompts?|directives?|directions|guidelines?|programming|system (?:prompts?|messages?|rules)|pre-?prompts?|safeguards|guardrails|moral(?:s|ity)|ethic(?:s|al (?:guidelines|rules)))';
const MAYBE_SAID =
  '(?:rules?|commands?|orders?|tasks?|assignments?|messages?|context|constraints?|restrictions?|limitations|polic(?:y|ies)|information|conversations?|questions?|requests?|texts?|content|statements?|training|thoughts|filters?|words|input|data)';
const BEFORE =
  '(?:previous(?:ly)?|prior|above|earlier|preceding|former|foregoing|initial|original|past|before|your|until now|so far)';
/** Whoever warns of orders in a text names the text: that is advice, not an attack. */
const NO_ADVICE =
  '(?! (?:that |which |you )?(?:may |might )?(?:are |is )?(?:find |see |encounter |appear |come |occur )?(?:in|inside|within|embedded|contained|found|hidden|from)(?: in)? (?:the |a |any |an |this |that |its |their |these |those )?(?:…2)(?:files?|text|documents?|issues?|pages?|results?|outputs?|comments?|data|content|web|websites?|emails?|user input|input|body|bodies|tools?|logs?|diffs?))';

const KEYWORDS = [
  'ignor',
  'disregard',
  'forget',
  'overrid',
  'overlook',
  'neglect',
  'discard',
  'dismiss',
  'abandon',
  'bypass',
  'erase',
  'cancel',
  'suspend',
  'set aside',
  'put aside',
  'leave behind',
  'leave aside',
  'pay no attention',
  'do not ',
  "don't ",
  'never follow',
  'never obey',
  'no longer ',
  'stop following',
  'stop obeying',
  'stop listening',
];

const PHRASES: readonly Phrase[] = [
  {
    keywords: ['ignore the user', 'ignore what the user', 'disregard the user'],
    confidence: LIKELY,
    pattern: phrasePattern(
      "(?:ignore|disregard) (?:what )?the user(?:'s)? ‥1(?:and|requests?|questions?|instructions?|orders?|says|said|asks?|wants)\\b",
    ),
  },
  { keywords: KEYWORDS, confidence: SURE, pattern: phrasePattern(`${DROP} ‥3${WHICH} ‥4${SAID}\\b${NO_ADVICE}`) },
  {
    keywords: KEYWORDS,
    confidence: LIKELY,
    pattern: phrasePattern(`${DROP} (?:all|any|every|your|these|those)(?: of)? …2${BEFORE} …2${MAYBE_SAID}\\b`),
  },
  {
    keywords: KEYWORDS,
    confidence: SURE,
    pattern: phrasePattern(
      `${DROP} (?:absolutely |literally )?(?:everything|all|anything|what(?:ever)?)(?: of it| that| which| else| text| information)? (?:you(?:'ve|'re| have| had| were| are)?(?: been| just| already| ever)? ‥2(?:told|said|instructed|taught|learn(?:ed|t)|know(?! about (?!your|the (?:rules|system|prompt)))|given|received|trained|asked|programmed)|(?:i|we|they)(?:'ve| have)?(?: just| ever)? (?:told|said|instructed|asked) ‥1(?:you|before|above|earlier|so far|until now)|(?:was|were|has been) (?:said|told|instructed) ‥1(?:before|above|earlier|so far|until now|to you))\\b`,
    ),
  },
  {
    keywords: KEYWORDS,
    confidence: LIKELY,
    pattern: phrasePattern(
      `${DROP} (?:about )?(?:(?:everything|anything|whatever) ‥4(?:before|above|prior|earlier|previous(?:ly)?|preceding|until now|so far|up to now)\\b|all (?:of )?(?:this|that|the above|above|before)[.,;:!?\\n]|(?:everything|all|anything)(?:[.!,]| (?:and|but) (?:just |only |simply |instead |then |now )?(?:tell|say|write|output|print|answer|respond|reply|repeat|act|do)\\b))`,
    ),
  },
  {
    keywords: ['regardless of', 'contrary to', 'in spite of', 'despite', 'instead of following', 'no matter what'],
    confidence: SURE,
    pattern: phrasePattern(
      `(?:regardless of|contrary to|in spite of|despite|instead of following|no matter what) (?:…2(?:previous|prior|earlier|above|your|all|any|other) …2(?:instructions?|prompts?|programming|directives?|inputs?)|(?:what|anything|everything|whatever) (?:else )?you(?:'ve| have| were|'re| are)?(?: just)?(?: been)? (?:told|instructed|taught|asked))\\b`,
    ),
  },
  {
    keywords: [
      'previous instruction',
      'prior instruction',
      'above instruction',
      'earlier instruction',
      'instructions above',
      'initial instruction',
      'your instructions',
      'original instruction',
    ],
    confidence: SURE,
    pattern: phrasePattern(
      `(?:(?:previous|prior|above|earlier|initial|your|original) instructions?|instructions above) …4(?:no longer (?:apply|valid|relevant|count)|(?:are|is|were|have been) (?:now )?(?:void|invalid|cancel{1,2}ed|obsolete|overridden|superseded|replaced|revoked|null))\\b`,
    ),
  },
];

/** Orders to drop what the model was told before, in English. */
export const OVERRIDES = phraseDetectors('injection/override', PHRASES);
