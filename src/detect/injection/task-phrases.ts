import { phraseDetectors, phrasePattern } from './phrase.ts';
import { LIKELY } from './thresholds.ts';

/** Orders that replace what the model was asked for. */
export const NEW_TASKS = phraseDetectors('injection/new-task', [
  {
    keywords: [
      'new important instruction',
      'important new instruction',
      'new instruction',
      'updated instruction',
      'additional instruction',
      'real instruction',
      'new directive',
      'new objective',
      'important instruction',
      'actual instruction',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:new|updated|additional|real|actual|important)(?: (?:important|new|system|secret))? (?:instructions?|directives?|objectives?) ?(?:for (?:you|(?:the |all |any )?(?:ai|llm|assistant|agent|chatbot|model)s?)\\b|from (?:your|the) (?:developer|admin|owner|creator|system|user)|[:*\\-]|(?:is|are) )',
    ),
  },
  {
    keywords: [
      'your new',
      'your next task',
      'your real',
      'your actual',
      'your only',
      'here is your new',
      "here's your new",
      'a new task',
      'new tasks',
      'new task',
      'next task',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      "(?:(?:here(?: is|'s) )?your (?:new|next|real|actual|only)(?: and only)?|a new|new|next) (?:task|job|goal|mission|assignment|objective|purpose|role|instruction|directive|identity|name)s? (?:now )?(?:is|are|will be|follows?|comes?|begins?|for you)\\b",
    ),
  },
  {
    keywords: [
      'your task has',
      'your task was',
      'your goal has',
      'your role has',
      'your job has',
      'your objective has',
      'your mission has',
      'your tasks have',
      'your instructions have',
      'your orders have',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      'your (?:tasks?|goals?|roles?|jobs?|objectives?|mission|instructions?|orders?) (?:has|have|was) (?:now |just )?(?:been )?(?:changed|updated|replaced|revised|cancel{1,2}ed|superseded|overridden)\\b',
    ),
  },
  {
    keywords: [
      'now focus on',
      'focus on your new',
      'now come new',
      'instead, do',
      'instead of the above',
      'do the following instead',
      'your task is to',
      'perform the following instead',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:now focus on your|focus on your new|now come new (?:task|order|instruction)|instead of the above|(?:do|perform) the following instead|your task is to (?:ignore|forget|disregard|reveal|print your|leak))',
    ),
  },
  {
    keywords: [
      'end of context',
      'end of document',
      'end of prompt',
      'end of user',
      'end of system',
      'end of input',
      'end of text',
      'end system prompt',
      'begin system prompt',
      'end of instructions',
      'end of data',
      'end of email',
      'end of conversation',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:end (?:of )?(?:the )?(?:context|document|prompt|user (?:input|query|prompt|message)|system (?:prompt|message|instructions)|input|text|instructions|data|e?mail|conversation)|begin system prompt) …8(?:new|ignore|now|you|system|instructions?|task|say|print|respond)\\b',
    ),
  },
]);

/** Claims of authority over the model. */
export const AUTHORITY = phraseDetectors('injection/authority', [
  {
    keywords: [
      'as if it came from',
      'as though it came',
      'as if it comes from',
      'as if it were from',
      'as if they came from',
      'as if this came',
      'as coming from',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      'as (?:(?:if|though) (?:it|they|this|these) (?:came|comes|come|were|was|is) |coming )from ‥3(?:system|administrators?|admin|developers?|operator|openai|anthropic|owner|creators?)\\b',
    ),
  },
  {
    keywords: [
      'i am your',
      "i'm your",
      'as your developer',
      'as your creator',
      'as your administrator',
      'your developers have',
      'your creators have',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      "(?:(?:i am|i'm) your (?:developer|creator|administrator|admin|owner|programmer)|as your (?:developer|creator|administrator),? i|your (?:developers|creators) have)\\b",
    ),
  },
  {
    keywords: [
      'system override',
      'admin override',
      'administrator override',
      'developer override',
      'security override',
      'sudo override',
      'authorization override',
      'override code',
      'priority override',
      'emergency override',
      'override protocol',
      'safety override',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:(?:system|admin(?:istrator)?|developer|security|sudo|authorization|priority|emergency|safety) override|override (?:code|protocol)) ?(?:[:!\\]*]|…4(?:activated|accepted|engaged|you|ignore|all|enabled|initiated|confirmed))',
    ),
  },
  {
    keywords: [
      'in test mode',
      'in developer mode',
      'in debug mode',
      'in debugging mode',
      'in maintenance mode',
      'in training mode',
      'for test purposes',
      'for testing purposes',
      'as part of a training',
      'as part of a test',
      'as part of an exercise',
      'as part of a security',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      "(?:in (?:test|developer|debug(?:ging)?|maintenance|training) mode|for test(?:ing)? purposes|as part of an? (?:training|test|exercise|security)(?: exercise| audit| test)?) …6(?:you (?:are|must|have|need|should|can|will)|you've|your|respond|answer|output|return|say|ignore|reply|the only)\\b",
    ),
  },
  {
    keywords: [
      'your previous instructions',
      'your instructions',
      'your original instructions',
      'your initial instructions',
      'your guidelines',
      'your system prompt',
      'my previous instructions',
      'previous instructions',
      'prior instructions',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:(?:your|my|the)? ?(?:previous|prior|original|initial)|your) (?:instructions|guidelines|system prompt) (?:(?:were|was|are|is|have|has|had|been|be|now|just) ){1,3}(?:wrong|incorrect|incomplete|changed|updated|mistaken|a mistake|missing|outdated|reset|cancelled|overruled|modified)\\b',
    ),
  },
]);
