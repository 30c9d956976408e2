import { lockFolder, openLog } from '../audit/index.ts';
import type { LogHealth } from '../core/control.ts';
import { PolicyInvalid } from '../core/error.ts';
import { mayUseModel } from '../core/model-rule.ts';
import { identityVerifier, stsClient } from '../identity/index.ts';
import type { AwsRole } from '../identity/index.ts';
import { startRelay } from '../relay/index.ts';
import type { RelayLimits, RelayTls } from '../relay/index.ts';
import { auditParts, decisionLog } from './audit-parts.ts';
import { checkpointWatch } from './checkpoint-watch.ts';
import { closeParts } from './close-parts.ts';
import type { ClosePart } from './close-parts.ts';
import { credentialChains } from './credential-chains.ts';
import { ownCertificate, RENEW_CERTIFICATE_MS } from './gateway-certificate.ts';
import type { InForce } from './load-policy.ts';
import { neverBack } from './never-back.ts';
import { ownUid } from './own-user.ts';
import { packageRoot } from './package-root.ts';
import { policyInForce } from './policy-in-force.ts';
import type { PolicySource } from './policy-in-force.ts';
import { prepareStateFolder, writeWhole } from './state-folder.ts';
import type { StatePaths } from './state-folder.ts';
import { packageVersion } from './version.ts';
import { watchedLog } from './watched-log.ts';

export interface CentralGatewayOptions {
  readonly paths: StatePaths;
  readonly source: PolicySource;
  readonly listen: { readonly host: string; readonly port: number };
  /** The name that hosts ask for, in lower case. */
  readonly name: string;
  /** Nobody else comes in; at least one. */
  readonly roles: readonly AwsRole[];
  /** Where STS is connected to; null takes the region's own address. */
  readonly stsUrl: string | null;
  /** Where Bedrock is connected to; null takes the region's own address. */
  readonly bedrockUrl: string | null;
  /** Reads the certificate to show; null shows one that is made here; `plain` speaks HTTP without TLS. */
  readonly tls: (() => RelayTls) | null | 'plain';
  readonly limits?: Partial<RelayLimits>;
  /** What `{identity}` stands for where its log is stored, so that the log has one place whichever task keeps it; null asks STS. */
  readonly storeName: string | null;
  readonly logError: (line: string) => void;
}

/** A running central gateway. */
export interface CentralGateway {
  readonly url: string;
  /** Digest of the policy in force. */
  readonly policy: () => string;
  /** Reads policy and certificate again. What is refused changes nothing. @throws {SallyportError} */
  reload(): Promise<void>;
  /** Lets what is under way end, then closes the log and delivers its last record. */
  close(): Promise<void>;
}

/** Milliseconds between two looks whether the log signs its checkpoints. */
const LOOK_MS = 2_000;

/**
 * Starts a central gateway with its log in this process. It serves nobody before its policy is in force and recorded.
 *
 * @throws {AlreadyRunning} where another process serves the state folder.
 * @throws {PolicyInvalid} where the policy has faults or is for another provider.
 * @throws {BundleRefused} where the bundle is not taken and there is no last good one.
 * @throws {AuditCorrupt} where the log was damaged.
 */
export async function startCentralGateway(options: CentralGatewayOptions): Promise<CentralGateway> {
  const { paths, source, name, roles, logError } = options;
  const clock = (): number => Date.now();
  const moment = neverBack(clock);
  prepareStateFolder(paths, ownUid());
  const lock = lockFolder(paths.home);
  const opened: ClosePart[] = [() => lock.release()];
  const closeAll = async (): Promise<void> => await closeParts(opened);
  try {
    let auditing: Awaited<ReturnType<typeof auditParts>> | null = null;
    // Closed after the log, so that its last record is delivered too.
    opened.push(() => auditing?.endDelivery());
    const stored = await openLog(paths.audit, { clock, signing: { keyFile: paths.auditKey } });
    opened.push(() => stored.close());
    const written = watchedLog(stored, { clock, onChange: (health) => logError(healthText(health)) });
    const audit = decisionLog(written, () => auditing?.delivery ?? null);
    const policies = await policyInForce(source, {
      prepare: refuseOthers,
      record: (event, body) =>
        audit.append({ kind: 'policy', occurredAtMs: clock(), sessionId: null, body: { event, ...body } }),
      store: ({ digest, policy, table }) =>
        writeWhole(paths.bundle, `${JSON.stringify({ formatVersion: 1, digest, policy, table })}\n`),
      clock,
      moment,
      logError,
    });
    const policyNow = (): InForce['bundle']['policy'] => policies.current.bundle.policy;
    const region = policyNow().models.bedrockRegion;

    const chains = credentialChains();
    const audited = await auditParts({
      paths,
      log: stored,
      version: packageVersion(packageRoot()),
      storeName: options.storeName,
      inForce: () => policies.current,
      chains,
      clock,
      logError,
    });
    auditing = audited;
    opened.push(() => audited.endWriters());

    const sts = stsClient({ region, url: options.stsUrl ?? `https://${regionHost('sts', region)}` });
    opened.push(() => sts.close());
    const certificate = (): RelayTls | null => {
      if (options.tls === 'plain') return null;
      return options.tls === null ? ownCertificate(name, clock()) : options.tls();
    };
    const relay = await startRelay(
      {
        name,
        identify: identityVerifier({ sts, region, gateway: name, roles, clock }),
        rules: () => {
          const { models, gateway } = policyNow();
          return {
            bundle: policies.current.bundle.digest,
            // A gateway for one region must not sign for another that a newer policy names.
            mayUseModel: (model) => models.bedrockRegion === region && mayUseModel(models, model),
            namesModel: (model) => models.allow.includes(model),
            maxBodyBytes: gateway.limits.maxBodyBytes,
            timeouts: gateway.timeouts,
          };
        },
        upstream: {
          baseUrl: options.bedrockUrl ?? `https://${regionHost('bedrock-runtime', region)}`,
          region,
          credentials: () => chains.aws(null),
        },
        audit,
        isReady: () => written.health.state === 'ok' && (auditing?.delivery.denial ?? null) === null,
        clock,
        uptimeMs: () => performance.now(),
        logError,
      },
      { ...options.listen, tls: certificate(), ...(options.limits === undefined ? {} : { limits: options.limits }) },
    );
    opened.push(() => relay.close());
    const renew = (): void => {
      const next = certificate();
      if (next !== null) relay.renew(next);
    };
    const renewing = options.tls === null ? setInterval(renew, RENEW_CERTIFICATE_MS) : null;
    const lookAtCheckpoints = checkpointWatch(() => stored.checkpointHealth, logError);
    const looking = setInterval(() => {
      lookAtCheckpoints();
      void policies.recordEnded();
    }, LOOK_MS);
    opened.push(() => {
      clearInterval(looking);
      if (renewing !== null) clearInterval(renewing);
    });

    return {
      url: relay.url,
      policy: () => policies.current.bundle.digest,
      async reload() {
        await policies.reload();
        await audited.followPolicy();
        renew();
      },
      close: closeAll,
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** What keeps a policy out of force here. */
function refuseOthers({ bundle }: InForce): void {
  const { provider } = bundle.policy.models;
  if (provider === 'bedrock') return;
  throw new PolicyInvalid(`it sends requests to ${provider}, and this gateway asks Bedrock alone`, {
    hint: 'write `providers.use: bedrock`',
  });
}

function regionHost(service: string, region: string): string {
  return `${service}.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}

function healthText(health: LogHealth): string {
  return health.state === 'ok'
    ? 'the log takes records again'
    : `the log cannot be written, and every request is refused until it can: ${health.error}`;
}
