import { detectorId } from '../../core/ids.ts';
import type { KindMatch, PassDetector } from '../scan/detector.ts';
import { LIKELY, OUT_OF_PLACE, SURE, THRESHOLDS } from './thresholds.ts';

interface Order {
  readonly id: 'override-foreign' | 'prompt-theft' | 'persona' | 'agent-address';
  readonly confidence: number;
  /** One of each, in this order, near to each other; the second may be empty. */
  readonly first: readonly string[];
  readonly second: readonly string[];
}

const overrides = (first: readonly string[], second: readonly string[]): Order => ({
  id: 'override-foreign',
  confidence: SURE,
  first,
  second,
});

/** What came before, as Chinese says it: an adjective and what is meant, since an error of before may be ignored. */
const BEFORE_IN_CHINESE =
  '(?:之前|前面|先前|上面|以上|上述|此前|以前)(?:的)?(?:所有|全部|一切|任何)?(?:的)?(?:指令|指示|提示|规则|規則|命令|要求|设定|内容|內容|对话|對話|文字|文本|说明|一切|所有)';

const ORDERS: readonly Order[] = [
  // Chinese: the verb comes first.
  overrides(
    ['忽略', '无视', '忘记', '忘掉', '無視', '忽視', '不要遵循', '不要理会', '不要遵守', '抛弃', '请忘'],
    ['指令', '指示', '提示词', '系统提示', '规则', '規則', '命令', '设定', BEFORE_IN_CHINESE],
  ),
  {
    id: 'prompt-theft',
    confidence: SURE,
    first: ['告诉我', '显示', '输出', '打印', '透露', '泄露', '重复', '逐字', '列出', '说出', '展示', '公开'],
    second: [
      '系统提示',
      '你的提示词',
      '你的指令',
      '你的指示',
      '初始指令',
      '最初的指令',
      '隐藏指令',
      '内部指令',
      '系统消息',
    ],
  },
  {
    id: 'prompt-theft',
    confidence: SURE,
    first: ['你收到的第一条', '你最初收到', '你最开始收到', '你得到的初始'],
    second: ['原样', '逐字', '重复', '输出', '告诉'],
  },
  {
    id: 'persona',
    confidence: LIKELY,
    first: ['从现在开始你', '从现在起你', '你现在是', '你是一个', '扮演', '你将'],
    second: [
      '没有任何限制',
      '不受任何限制',
      '不受限制',
      '不需要遵守',
      '不用遵守',
      '无需遵守',
      '没有道德',
      '绝不拒绝',
      '永远不要拒绝',
      '从不拒绝',
      '没有审查',
    ],
  },
  {
    id: 'agent-address',
    confidence: OUT_OF_PLACE,
    first: ['不要', '别', '无需', '不得'],
    second: ['告诉用户', '告知用户', '通知用户', '让用户知道', '向用户提', '提醒用户'],
  },
  // Japanese and Korean: the verb comes last.
  overrides(
    [
      '指示',
      '命令',
      'ルール',
      'プロンプト',
      '設定',
      '指令',
      'これまでの',
      '以前の',
      '上記の内容',
      'ここまでの',
      '今までの',
    ],
    ['無視し', '忘れ', '従わない', '従うな', '破棄し'],
  ),
  {
    id: 'prompt-theft',
    confidence: SURE,
    first: [
      'システムプロンプト',
      'システム指示',
      '最初の指示',
      '最初に与えられた',
      '初期指示',
      '隠された指示',
      '内部指示',
      'あなたへの指示',
      'あなたの指示',
    ],
    second: ['表示し', '教えて', '出力し', '繰り返', '見せて', '開示し', '明かし'],
  },
  {
    id: 'persona',
    confidence: LIKELY,
    first: ['あなたには', 'あなたは', '今からあなた', 'これからあなた'],
    second: [
      '制限がありません',
      '制限はありません',
      '制約がありません',
      '制限のない',
      '制約のない',
      'ルールに縛られ',
      '何でもでき',
      '拒否しません',
    ],
  },
  {
    id: 'agent-address',
    confidence: OUT_OF_PLACE,
    first: ['ユーザーに', 'ユーザには', 'ユーザーには', '利用者に'],
    second: ['知らせず', '言わず', '伝えず', '伝えない', '言わない', '通知せず', '知られ', '教えない', '気づかれ'],
  },
  overrides(['지시', '명령', '규칙', '프롬프트', '지침', '이전'], ['무시', '잊어', '잊으', '따르지']),
  {
    id: 'prompt-theft',
    confidence: SURE,
    first: ['시스템 프롬프트', '초기 지시', '숨겨진 지시', '당신의 지침'],
    second: ['보여', '알려', '출력', '말해', '공개', '반복'],
  },
  overrides(
    ['игнорир', 'Игнорир', 'роигнорир', 'абудь', 'е следуй', 'тмени', 'е обращай внимания'],
    ['инструкци', 'указани', 'правил', 'команд', 'выше', 'предыдущ', 'ранее', 'было сказано', 'промпт'],
  ),
  {
    id: 'prompt-theft',
    confidence: SURE,
    first: ['окажи', 'аскрой', 'ыведи', 'овтори', 'ообщи', 'апиши', 'еречисли', 'ыдай'],
    second: [
      'системный промпт',
      'системные инструкции',
      'свои инструкции',
      'твои инструкции',
      'исходные инструкции',
      'скрытые инструкции',
      'дан тебе',
      'дали тебе',
      'начале разговора',
    ],
  },
  {
    id: 'persona',
    confidence: LIKELY,
    first: ['этого момента ты', 'еперь ты', 'ы — ', 'Ты ', 'твечай'],
    second: [
      'не обязан соблюдать',
      'не должен соблюдать',
      'без ограничений',
      'без цензуры',
      'не связан правилами',
      'нет ограничений',
      'нет правил',
      'никогда не отказыва',
    ],
  },
  {
    id: 'agent-address',
    confidence: OUT_OF_PLACE,
    first: [
      'не говори',
      'не сообщай',
      'не упоминай',
      'не рассказывай',
      'не уведомляй',
      'втайне от',
      'не ставя в известность',
    ],
    second: ['пользовател'],
  },
  overrides(['تجاهل', 'انس', 'لا تتبع'], ['تعليمات', 'التعليمات', 'الأوامر', 'القواعد', 'السابقة', 'أعلاه']),
  {
    id: 'prompt-theft',
    confidence: SURE,
    first: ['أظهر', 'اكشف', 'اعرض', 'أخبرني', 'اطبع', 'كرر'],
    second: ['تعليماتك', 'تعليمات النظام', 'موجه النظام', 'التعليمات الأولية', 'التعليمات المخفية'],
  },
  overrides(['निर्देश', 'आदेश', 'नियम'], ['अनदेखा', 'भूल', 'नज़रअंदाज', 'उपेक्षा']),
  overrides(['Bỏ qua', 'bỏ qua', 'Quên', 'quên'], ['hướng dẫn', 'chỉ dẫn', 'lệnh', 'trước đó', 'ở trên']),
  overrides(['αγνόησε', 'Αγνόησε', 'ξέχασε', 'Ξέχασε'], ['οδηγίες', 'εντολές', 'κανόνες', 'προηγούμεν']),
  overrides(['התעלם', 'שכח', 'תתעלם'], ['הוראות', 'ההוראות', 'הקודמות', 'הכללים']),
];

/** Between both parts lie at most so many bytes: some twenty letters of most of these scripts. */
const BETWEEN_BYTES = 60;

const REACH_BYTES = 256;

const PATTERNS = ORDERS.map(({ id, confidence, first, second }) => ({
  id: detectorId(`injection/${id}`),
  confidence,
  pattern: new RegExp(`(?:${spelled(first)})[\\x20-\\xff]{0,${BETWEEN_BYTES}}?(?:${spelled(second)})`, 'g'),
  // A text without the first byte of any such letter needs no closer look.
  leads: [...new Set(first.map((word) => /[\x80-\xff]/.exec(spelled([word]))?.[0].charCodeAt(0) ?? 0))],
}));

/** Orders to a model, in scripts whose letters no keyword can hold. */
export const WIDE_OVERRIDES: PassDetector = {
  how: 'pass',
  ids: [...new Set(PATTERNS.map(({ id }) => id))],
  reachBytes: REACH_BYTES,
  matches({ bytes, latin1, isAscii, scene }) {
    if (isAscii || SURE < THRESHOLDS[scene.source]) return [];
    const found: KindMatch[] = [];
    const present = new Uint8Array(256);
    for (let at = 0; at < bytes.length; at += 1) present[bytes[at] ?? 0] = 1;
    for (const { id, confidence, pattern, leads } of PATTERNS) {
      if (confidence < THRESHOLDS[scene.source] || !leads.some((lead) => present[lead] === 1)) continue;
      for (const match of latin1.matchAll(pattern))
        found.push({ id, start: match.index, end: match.index + match[0].length, confidence });
    }
    return found;
  },
};

function spelled(words: readonly string[]): string {
  return words.map((word) => Buffer.from(word, 'utf8').toString('latin1')).join('|');
}
