import { detectorId } from '../../core/ids.ts';
import type { KindMatch, PassDetector } from '../scan/detector.ts';
import { SURE, THRESHOLDS } from './thresholds.ts';

const ID = detectorId('injection/override-foreign');

/** How an order to drop earlier orders is put together: one of each, in this order, near to each other. */
const ORDERS: readonly (readonly [readonly string[], readonly string[]])[] = [
  // Chinese: the verb comes first.
  [
    ['忽略', '无视', '忘记', '忘掉', '無視', '忽視', '不要遵循', '不要理会', '不要遵守', '抛弃', '请忘'],
    [
      '指令',
      '指示',
      '提示',
      '规则',
      '規則',
      '命令',
      '要求',
      '设定',
      '说明',
      '以上',
      '之前的',
      '前面的',
      '先前',
      '上述',
      '上面的',
    ],
  ],
  // Japanese and Korean: the verb comes last.
  [
    ['指示', '命令', 'ルール', 'プロンプト', '設定', '指令', 'これまでの', '以前の'],
    ['無視', '忘れ', '従わない', '従うな', '破棄'],
  ],
  [
    ['지시', '명령', '규칙', '프롬프트', '지침', '이전'],
    ['무시', '잊어', '잊으', '따르지'],
  ],
  [
    ['игнорир', 'Игнорир', 'роигнорир', 'абудь', 'е следуй', 'тмени', 'е обращай внимания'],
    ['инструкци', 'указани', 'правил', 'команд', 'выше', 'предыдущ', 'ранее', 'было сказано', 'промпт'],
  ],
  [
    ['تجاهل', 'انس', 'لا تتبع'],
    ['تعليمات', 'التعليمات', 'الأوامر', 'القواعد', 'السابقة', 'أعلاه'],
  ],
  [
    ['निर्देश', 'आदेश', 'नियम'],
    ['अनदेखा', 'भूल', 'नज़रअंदाज', 'उपेक्षा'],
  ],
  [
    ['Bỏ qua', 'bỏ qua', 'Quên', 'quên'],
    ['hướng dẫn', 'chỉ dẫn', 'lệnh', 'trước đó', 'ở trên'],
  ],
  [
    ['αγνόησε', 'Αγνόησε', 'ξέχασε', 'Ξέχασε'],
    ['οδηγίες', 'εντολές', 'κανόνες', 'προηγούμεν'],
  ],
  [
    ['התעלם', 'שכח', 'תתעלם'],
    ['הוראות', 'ההוראות', 'הקודמות', 'הכללים'],
  ],
];

/** Between both parts lie at most so many bytes. */
const BETWEEN_BYTES = 60;

const REACH_BYTES = 256;

const PATTERNS = ORDERS.map(([first, second]) => ({
  pattern: new RegExp(`(?:${spelled(first)})[\\x20-\\xff]{0,${BETWEEN_BYTES}}?(?:${spelled(second)})`, 'g'),
  // A text without the first byte of any such letter needs no closer look.
  leads: [...new Set(first.map((word) => /[\x80-\xff]/.exec(spelled([word]))?.[0] ?? ''))],
}));

/** Orders to drop earlier orders, in scripts whose letters no keyword can hold. */
export const WIDE_OVERRIDES: PassDetector = {
  how: 'pass',
  ids: [ID],
  reachBytes: REACH_BYTES,
  matches({ latin1, isAscii, scene }) {
    if (isAscii || SURE < THRESHOLDS[scene.source]) return [];
    const found: KindMatch[] = [];
    for (const { pattern, leads } of PATTERNS)
      if (leads.some((lead) => latin1.includes(lead)))
        for (const match of latin1.matchAll(pattern))
          found.push({ id: ID, start: match.index, end: match.index + match[0].length, confidence: SURE });
    return found;
  },
};

function spelled(words: readonly string[]): string {
  return words.map((word) => Buffer.from(word, 'utf8').toString('latin1')).join('|');
}
