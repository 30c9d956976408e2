import type { TokenRule } from '../token-rule.ts';

/** Payments, shops, shipping, money. */
export const COMMERCE_TOKENS: readonly TokenRule[] = [
  {
    id: 'stripe-key',
    keywords: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'sk_prod_', 'rk_prod_'],
    shape: '[sr]k_(?:live|test|prod)_[A-Za-z0-9]{16,247}(?!-)',
    maxBytes: 260,
  },
  { id: 'stripe-organization-key', keywords: ['sk_org_'], shape: 'sk_org_(?:live_|test_)?[A-Za-z0-9]{24,120}' },
  { id: 'stripe-webhook-secret', keywords: ['whsec_'], shape: 'whsec_[A-Za-z0-9+/=]{32,64}' },
  {
    id: 'square-token',
    keywords: ['sq0atp-', 'sq0csp-', 'eaaa'],
    shape: 'sq0(?:atp-[A-Za-z0-9_-]{22,60}|csp-[A-Za-z0-9_-]{43})|EAAA[A-Za-z0-9_-]{40,60}',
  },
  {
    id: 'shopify-token',
    keywords: ['shpat_', 'shpca_', 'shppa_', 'shpss_', 'shptka_'],
    shape: 'shp(?:at|ca|pa|ss|tka)_[A-Za-z0-9]{32,38}',
  },
  { id: 'easypost-key', keywords: ['ezak', 'eztk'], shape: 'EZ[AT]K[A-Za-z0-9]{54}' },
  { id: 'shippo-token', keywords: ['shippo_live_', 'shippo_test_'], shape: 'shippo_(?:live|test)_[a-fA-F0-9]{40}' },
  {
    id: 'flutterwave-key',
    keywords: ['flwseck_test-', 'flwpubk_test-', 'flwseck-'],
    shape: 'FLWSECK_TEST-[a-h0-9]{12}|FLW(?:SECK|PUBK)(?:_TEST)?-[a-zA-Z0-9]{32}-X',
    minBits: 2.2,
  },
  { id: 'razorpay-key', keywords: ['rzp_live_', 'rzp_test_'], shape: 'rzp_(?:live|test)_[A-Za-z0-9]{14}' },
  {
    id: 'paypal-braintree-token',
    keywords: ['access_token$production$', 'access_token$sandbox$'],
    shape: 'access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32}',
  },
  {
    id: 'plaid-token',
    keywords: ['access-sandbox-', 'access-development-', 'access-production-'],
    shape: 'access-(?:sandbox|development|production)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  },
  { id: 'paystack-key', keywords: ['sk_live_', 'sk_test_'], shape: 'sk_(?:live|test)_[a-f0-9]{40}' },
  {
    id: 'adyen-key',
    keywords: ['aqe'],
    shape: 'AQE[A-Za-z0-9+/]{6,20}[A-Za-z0-9+/]{60,220}={0,2}-[A-Za-z0-9+/]{43}=-[^\\s"\'`]{10,24}',
    maxBytes: 330,
  },
  { id: 'checkout-key', keywords: ['sk_sbox_'], shape: 'sk_sbox_[a-z0-9]{26}[a-z0-9*#$=]' },
  {
    id: 'gocardless-token',
    keywords: ['live_', 'sandbox_'],
    shape: '(?:live|sandbox)_[A-Za-z0-9_=-]{40}',
    near: /gocardless/i,
  },
  { id: 'lob-key', keywords: ['live_', 'test_'], shape: '(?:live|test)_(?:[a-f0-9]{35}|pub_[a-f0-9]{31})' },
  {
    id: 'coinbase-key',
    keywords: ['organizations/'],
    shape:
      'organizations/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/apiKeys/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}',
  },
  { id: 'settlemint-token', keywords: ['sm_pat_', 'sm_aat_', 'sm_sat_'], shape: 'sm_[pas]at_[A-Za-z0-9]{16}' },
  { id: 'maxmind-key', keywords: ['_mmk'], lead: '[A-Za-z0-9]{6}_[A-Za-z0-9]{29}', shape: '_mmk' },
  { id: 'freemius-key', keywords: ["'sk_"], shape: "'sk_[^\\s']{29}'" },
  { id: 'klaviyo-key', keywords: ['pk_'], shape: 'pk_[A-Za-z0-9]{34}|pk_\\d{6,9}_[A-Za-z0-9]{32}' },
  {
    id: 'sidekiq-credential',
    keywords: ['contribsys.com', 'contribsys__com'],
    lead: '[a-f0-9]{8}:[a-f0-9]{8}@(?:gems|enterprise)\\.|BUNDLE_(?:GEMS|ENTERPRISE)__',
    shape: 'contribsys\\.com|CONTRIBSYS__COM["\']?[:=][ "\']{0,2}[a-f0-9]{8}:[a-f0-9]{8}',
    readable: true,
    minBits: 2,
  },
];
