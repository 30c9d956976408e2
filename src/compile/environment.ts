import type { Policy } from '../policy/index.ts';
import { KEPT_VARIABLES } from './site.ts';
import type { Site } from './site.ts';

/**
 * Variables that route the client's traffic, load code into its processes or send telemetry elsewhere. A repository's
 * checked-in settings can set any of them, and do so before anybody is asked (measured on 2.1.329); a managed value is a
 * floor that beats shell, user, project and `--settings` values, so each is pinned, most of them to nothing.
 */
const PINNED_EMPTY = [
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_CUSTOM_HEADERS',
  'ANTHROPIC_FOUNDRY_BASE_URL',
  'ANTHROPIC_UNIX_SOCKET',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'BUN_OPTIONS',
  'LD_PRELOAD',
  'LD_AUDIT',
  'BASH_ENV',
  'ENV',
  'CURL_HOME',
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_EXPORTER_OTLP_HEADERS',
] as const;

const PINNED_OFF = [
  'CLAUDE_CODE_USE_FOUNDRY',
  'CLAUDE_CODE_USE_MANTLE',
  'CLAUDE_CODE_ENABLE_TELEMETRY',
  'CLAUDE_CODE_SIMPLE',
  'OTEL_LOG_RAW_API_BODIES',
  'OTEL_LOG_USER_PROMPTS',
  'OTEL_LOG_TOOL_CONTENT',
] as const;

/** The `env` block of a managed settings document. Holds no secret: the session's token travels in the process environment. */
export function pinnedEnvironment(site: Site, { models, sandbox }: Policy): Record<string, string> {
  const isBedrock = site.provider === 'bedrock';
  const vertex = site.provider === 'vertex' ? models.vertex : null;
  const env: Record<string, string> = {
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    // The client's scrub is a sandbox of its own that wants to write above the working folder, which only root may
    // (measured on 2.1.329); where its main sandbox is on, that one hides the credentials, see `sandboxBlock`.
    CLAUDE_CODE_SUBPROCESS_ENV_SCRUB: sandbox.enabled ? '0' : '1',
    CLAUDE_CODE_USE_BEDROCK: isBedrock ? '1' : '0',
    ANTHROPIC_BASE_URL: site.gatewayUrl,
    ANTHROPIC_BEDROCK_BASE_URL: isBedrock ? site.gatewayUrl : '',
    CLAUDE_CODE_USE_VERTEX: vertex === null ? '0' : '1',
    ANTHROPIC_VERTEX_BASE_URL: vertex === null ? '' : `${site.gatewayUrl}/v1`,
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
    DISABLE_AUTOUPDATER: '1',
  };
  if (isBedrock) env['CLAUDE_CODE_SKIP_BEDROCK_AUTH'] = '0';
  if (vertex !== null) {
    // With its own way of proving who asks the client would look for Google's credentials, and send no token of ours.
    env['CLAUDE_CODE_SKIP_VERTEX_AUTH'] = '1';
    env['ANTHROPIC_VERTEX_PROJECT_ID'] = vertex.project;
    env['CLOUD_ML_REGION'] = vertex.region;
  }
  for (const name of KEPT_VARIABLES) env[name] = site.environment[name] ?? '';
  for (const name of PINNED_EMPTY) env[name] = '';
  for (const name of PINNED_OFF) env[name] = '0';
  return env;
}
