/** Whether a short text that was hidden and is now readable orders a model about. Texts are a few hundred bytes long. */
export function isOrder(text: string): boolean {
  return ORDER.test(text);
}

const ORDER =
  /(?:ignor|disregard|forget|overrid|bypass).{1,60}(?:instruct|prompt|rule|previous|above|direct|guideline|polic)|(?:system|initial|hidden|your) ?(?:prompt|instruction)|(?:reveal|print|show|tell|send|say|output|repeat).{1,40}(?:password|secret|prompt|instruct|credential|api.?key)|you (?:are now|must now|must ignore)|(?:new|previous|prior|all|your) ?instruction|do anything now|(?:saythat|tellme|ignore|forget|disregard)[a-z]{0,12}(?:you|your|all|previous|prior|above|instruct|secret|prompt|password)/i;
