import { phraseDetectors, phrasePattern } from './phrase.ts';
import { LIKELY, SURE } from './thresholds.ts';

const REPLY = '(?:response|responses|answer|answers|reply|replies|output|summary|message|review|final answer)';
const SECRET =
  '(?:api ?keys?|credentials?|passwords?|private keys?|ssh keys?|access tokens?|secrets?|env(?:ironment)? variables?|\\.env|id_rsa|(?:chat |conversation |message )(?:history|logs?)|(?:entire |full |whole |this )?conversation|system prompt|cookies|session tokens?|personal (?:data|information))';

/** Orders to carry something out, through the answer or a tool. */
export const OUTGOING = phraseDetectors('injection/exfiltration-order', [
  {
    keywords: [
      'send',
      'upload',
      'post',
      'forward',
      'exfiltrate',
      'transmit',
      'email',
      'e-mail',
      'leak',
      'submit',
      'encode',
      'append',
    ],
    confidence: SURE,
    pattern: phrasePattern(
      `(?:send|upload|post|forward|exfiltrate|transmit|e-?mail|leak|submit|encode|append) …8${SECRET} …8(?:to|at|via|into|as) …3(?:https?:|www\\.|[0-9A-Za-z._-]{1,40}@[0-9A-Za-z-]{1,40}\\.|(?:my|the|our) (?:server|webhook|endpoint|url|email))`,
    ),
  },
  {
    keywords: [
      'include',
      'add ',
      'append',
      'insert',
      'put ',
      'embed',
      'attach',
      'end your',
      'begin your',
      'start your',
      'place ',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      `(?:include|add|append|insert|put|embed|attach|place) (?:…5)?(?:in|into|to|at|within) (?:the )?(?:(?:end|beginning|start|bottom|top) of )?(?:your|every|each|all)(?: future| next| final)? ${REPLY}\\b …3(?:the following|exactly|this|string|text|link|image|phrase|word)\\b`,
    ),
  },
  {
    keywords: ['your response', 'your answer', 'your reply', 'your output', 'your summary'],
    confidence: LIKELY,
    pattern: phrasePattern(
      `your ${REPLY} (?:must|should|has to|will|needs to)(?: always)? (?:only )?(?:include|contain|begin with|start with|end with|be exactly|consist of only) …2(?:the following|exact|this)\\b`,
    ),
  },
  {
    keywords: [
      'before using this tool',
      'before calling this tool',
      'before using any',
      'before calling any',
      'before invoking',
      'whenever this tool',
      'to use this tool',
      'this tool requires',
      'when this tool is called',
      'before you use this tool',
      'before any other tool',
    ],
    confidence: SURE,
    pattern: phrasePattern(
      `(?:before (?:you )?(?:us(?:e|ing)|calling|invoking) (?:this|any)(?: other)?|whenever this|to use this|this|when this|before any other) tool …14(?:~/\\.|id_rsa|\\.ssh|\\.aws|\\.env\\b|mcp\\.json|credentials|api ?key|private key|conversation|sidenote)`,
    ),
  },
]);
