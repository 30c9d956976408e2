import { phraseDetectors, phrasePattern } from './phrase.ts';
import { LIKELY, OUT_OF_PLACE, SURE } from './thresholds.ts';

const REPLY = '(?:response|responses|answer|answers|reply|replies|output|summary|message|review|final answer)';
const SECRET =
  '(?:api ?keys?|credentials?|passwords?|private keys?|ssh keys?|access tokens?|secrets?|env(?:ironment)? variables?|\\.env|id_rsa|(?:chat |conversation |message )(?:history|logs?)|(?:entire |full |whole |this )?conversation|system prompt|cookies|session tokens?|personal (?:data|information))';

/** Words that have a file read. */
const READING =
  /\b(?:read|open|cat|get|load|fetch|find|copy|take|execute|run|show|dump|look up|access)\b[^.!?\n]{0,48}$/i;

/** Orders to carry something out, through the answer or a tool. */
export const OUTGOING = phraseDetectors('injection/exfiltration-order', [
  {
    // A public key is made to be handed on, and settings are opened to be filled in: neither is sent.
    keywords: [
      'id_rsa',
      'id_ed25519',
      '.ssh/',
      '.aws/credentials',
      '.env',
      '/etc/passwd',
      '/etc/shadow',
      'mcp.json',
      'environment variables',
      '.git-credentials',
      '.npmrc',
      '.kube/config',
    ],
    confidence: SURE,
    after: READING,
    pattern:
      /(?:id_rsa|id_ed25519|\.ssh\/[0-9A-Za-z_]{0,20}|\.aws\/credentials|\.env|\/etc\/(?:passwd|shadow)|mcp\.json|environment variables|\.git-credentials|\.npmrc|\.kube\/config)(?!\.(?:pub|example|sample|template))\b[^.!?\n]{0,60}?\b(?:(?:send|post|upload|forward|transmit|submit|exfiltrate|e-?mail|leak|report) (?:it|its|them|the|that|this|all|everything)|(?:pass|put|use|encode|append|attach) (?:it|its|them|the|their) (?:contents?|values?|output|result)|include (?:it|its|them|the (?:output|contents?|values?)) ?[^.!?\n]{0,30}\b(?:your|answer|response|reply|output|summary|parameter|argument))/iy,
  },
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
    keywords: [
      'post it to',
      'send it to',
      'upload it to',
      'forward it to',
      'transmit it to',
      'post them to',
      'send them to',
      'upload them to',
      'forward them to',
    ],
    confidence: OUT_OF_PLACE,
    after: /\b(?:open|read|collect|gather|take|copy|dump|list|find)\b[^.!?\n]{0,64}$/i,
    pattern: /(?:post|send|upload|forward|transmit) (?:it|them) to https?:\/\//iy,
  },
  {
    keywords: [
      'include the following',
      'include this',
      'include it',
      'include that',
      'add the following',
      'add this',
      'append the following',
      'append this',
      'insert the following',
      'insert this',
      'put the following',
      'put this',
      'embed this',
      'embed the following',
    ],
    confidence: LIKELY,
    pattern: phrasePattern(
      '(?:include|add|append|insert|put|embed) (?:the following|this|it|that) …6(?:in|into|to|at) (?:the (?:end|beginning|start) of )?your (?:final )?(?:responses?|answers?|reply|replies)(?! (?:body|headers?|object|type|class|schema))\\b',
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
