import type { TokenRule } from '../token-rule.ts';

/** Chat, mail, telephony, social networks. */
export const MESSAGING_TOKENS: readonly TokenRule[] = [
  {
    id: 'slack-token',
    keywords: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxo-', 'xoxc-'],
    shape:
      'xox[bparsoc]-(?:\\d{1,14}-){1,4}[A-Za-z0-9-]{8,80}|xox[ar]-[A-Za-z0-9]{8,48}|xoxb-\\d{10,14}[A-Za-z0-9-]{8,60}',
    minBits: 2.4,
    readable: true,
  },
  {
    id: 'slack-app-token',
    keywords: ['xapp-'],
    shape: 'xapp-\\d-[A-Za-z0-9]{6,15}-\\d{6,16}-[A-Za-z0-9]{30,80}',
    minBits: 2.4,
  },
  { id: 'slack-cookie', keywords: ['xoxd-'], shape: 'xoxd-[A-Za-z0-9%/+_-]{60,300}={0,2}', maxBytes: 310 },
  {
    id: 'slack-config-token',
    keywords: ['xoxe-', 'xoxe.xox'],
    shape:
      'xoxe-\\d-[A-Za-z0-9]{100,170}|xoxe\\.xox[bp]-\\d-[A-Za-z0-9]{120,170}|xoxe-\\d{10,13}-\\d{10,13}-\\d{10,13}-[A-Za-z0-9-]{28,34}',
    minBits: 2.4,
  },
  {
    id: 'slack-webhook',
    keywords: ['hooks.slack.com/'],
    shape: 'hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{23,90}',
    readable: true,
  },
  {
    id: 'teams-webhook',
    keywords: ['.webhook.office.com/', 'outlook.office.com/webhook/'],
    shape:
      '(?:\\.webhook\\.office\\.com/webhookb2/|outlook\\.office\\.com/webhook/)[0-9a-f-]{36}@[0-9a-f-]{36}/IncomingWebhook/[0-9a-zA-Z]{32}/[0-9a-f-]{36}',
    lead: 'https://[a-z0-9-]{1,30}|https://',
    readable: true,
    maxBytes: 230,
  },
  {
    id: 'power-automate-webhook',
    keywords: ['.logic.azure.com'],
    shape: '\\.logic\\.azure\\.com(?::443)?/workflows/[^\\s"\'<>]{20,200}sig=[A-Za-z0-9_-]{40,50}',
    readable: true,
    maxBytes: 320,
    lead: 'https://[a-z0-9.-]{1,30}',
  },
  {
    id: 'discord-webhook',
    keywords: ['/api/webhooks/'],
    shape: '/api/webhooks/\\d{17,20}/[A-Za-z0-9_-]{60,80}',
    lead: 'discord(?:app)?\\.com',
    readable: true,
  },
  {
    id: 'google-chat-webhook',
    keywords: ['chat.googleapis.com/'],
    shape:
      'chat\\.googleapis\\.com/v1/spaces/[A-Za-z0-9_-]{8,20}/messages\\?key=[A-Za-z0-9_-]{39}&(?:amp;)?token=[A-Za-z0-9%_-]{30,60}',
    readable: true,
  },
  {
    id: 'zapier-webhook',
    keywords: ['hooks.zapier.com/'],
    shape: 'hooks\\.zapier\\.com/hooks/catch/\\d{4,12}/[A-Za-z0-9]{5,12}',
    readable: true,
    minBits: 2.5,
  },
  { id: 'telegram-bot-token', keywords: [':aa'], lead: '\\d{5,16}', shape: ':AA[A-Za-z0-9_-]{33}(?!-)' },
  { id: 'sendgrid-key', keywords: ['sg.'], shape: 'SG\\.[A-Za-z0-9_-]{16,22}\\.[A-Za-z0-9_-]{32,43}' },
  { id: 'sendinblue-key', keywords: ['xkeysib-', 'xsmtpsib-'], shape: 'x(?:key|smtp)sib-[a-f0-9]{64}-[A-Za-z0-9]{16}' },
  { id: 'mailgun-key', keywords: ['key-', 'pubkey-'], shape: '(?:pub)?key-[a-f0-9]{32}', minBits: 2.8 },
  {
    id: 'mailchimp-key',
    keywords: ['-us1', '-us2', '-us3', '-us4', '-us5', '-us6', '-us7', '-us8', '-us9'],
    lead: '[0-9a-f]{32}',
    shape: '-us\\d{1,2}',
  },
  {
    id: 'twilio-key',
    keywords: Array.from('0123456789abcdef', (digit) => `sk${digit}`),
    shape: 'SK[0-9a-fA-F]{32}',
  },
  { id: 'mailersend-token', keywords: ['mlsn.'], shape: 'mlsn\\.[a-f0-9]{64}' },
  { id: 'resend-key', keywords: ['re_'], shape: 're_[A-Za-z0-9]{8}_[A-Za-z0-9]{24}' },
  { id: 'facebook-token', keywords: ['eaa'], shape: 'EAA[A-Z][A-Za-z0-9]{90,400}', maxBytes: 410 },
  { id: 'instagram-token', keywords: ['igqv', 'igaa'], shape: 'IG(?:QV|AA)[A-Za-z0-9_-]{90,300}', maxBytes: 310 },
  {
    id: 'twitter-bearer-token',
    keywords: ['aaaaaaaaaaaaaaaaaaaaa'],
    shape: 'A{21,22}[A-Za-z0-9%]{60,110}',
    minBits: 3.5,
  },
  { id: 'linkedin-secret', keywords: ['wpl_ap1.'], shape: 'WPL_AP1\\.[A-Za-z0-9]{16}\\.[A-Za-z0-9+/=]{6,10}' },
];
