import { ERROR_CODES } from '../core/error-code.ts';
import type { ErrorCode } from '../core/error-code.ts';
import {
  AuditUnavailable,
  BundleRefused,
  DaemonFailed,
  ErasureRefused,
  PolicyInvalid,
  SessionRefused,
  StateFolder,
  UpstreamUnconfigured,
  UsageError,
} from '../core/error.ts';
import type { BundleErrorCode, SallyportError } from '../core/error.ts';
import { stringField } from '../core/json.ts';
import type { JsonObject } from '../core/json.ts';

type Failure = new (message: string, options: { readonly hint?: string }) => SallyportError;

/** The failures that a daemon has while it runs; any other is one that nobody foresaw. */
const FAILURES: Readonly<Partial<Record<ErrorCode, Failure>>> = {
  AUDIT_UNAVAILABLE: AuditUnavailable,
  ERASURE_REFUSED: ErasureRefused,
  POLICY_INVALID: PolicyInvalid,
  SESSION_REFUSED: SessionRefused,
  STATE_FOLDER: StateFolder,
  UPSTREAM_UNCONFIGURED: UpstreamUnconfigured,
  USAGE: UsageError,
};

/** What the daemon gave as the reason for not doing something, as the error that it had itself. */
export function failureOf(answer: JsonObject): SallyportError {
  const code = stringField(answer, 'code') ?? '';
  const message = stringField(answer, 'error') ?? 'the daemon could not do this';
  const hint = stringField(answer, 'hint');
  const bundleCode = ERROR_CODES.filter(isBundleCode).find((one) => one === code);
  if (bundleCode !== undefined) return new BundleRefused(bundleCode, message, hint === null ? {} : { hint });
  const named = Object.entries(FAILURES).find(([name]) => name === code)?.[1] ?? DaemonFailed;
  return new named(message, hint === null ? {} : { hint });
}

function isBundleCode(code: ErrorCode): code is BundleErrorCode {
  return code.startsWith('BUNDLE_');
}
