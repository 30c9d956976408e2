import type { OptionSpec } from './option-scan.ts';

/** The options of a program in front of its subcommand, and behind each subcommand where that matters. */
export interface ProgramOptions {
  readonly front: OptionSpec;
  readonly behind?: Readonly<Partial<Record<string, OptionSpec>>>;
}

const words = (text: string): readonly string[] => text.split(' ');

const GIT: ProgramOptions = {
  front: {
    valueLetters: 'Cc',
    flagLetters: 'pPhv',
    valueNames: words('git-dir work-tree namespace super-prefix config-env attr-source list-cmds'),
    flagNames: words(
      'no-pager paginate version help bare no-replace-objects literal-pathspecs glob-pathspecs noglob-pathspecs icase-pathspecs no-optional-locks html-path man-path info-path exec-path no-advice no-lazy-fetch',
    ),
  },
  behind: {
    commit: {
      valueLetters: 'mFCct',
      flagLetters: 'apsnvqezoiS',
      valueNames: words(
        'message file reuse-message reedit-message template author date cleanup trailer fixup squash pathspec-from-file',
      ),
    },
    tag: { valueLetters: 'mFun', valueNames: words('message file local-user cleanup sort format') },
    stash: { valueLetters: 'm', valueNames: ['message'] },
    merge: { valueLetters: 'mFsX', valueNames: words('message file strategy strategy-option into-name cleanup') },
    notes: { valueLetters: 'mFCc', valueNames: words('message file reuse-message') },
    log: {
      valueLetters: 'nSGL',
      flagLetters: 'pqsuMCBRacwbzig',
      valueNames: words(
        'grep author committer since until after before max-count skip format pretty date diff-filter encoding',
      ),
    },
    push: {
      valueLetters: 'o',
      flagLetters: 'fqunvd46',
      valueNames: words('push-option repo receive-pack exec'),
      flagNames: words(
        'force all mirror tags follow-tags delete prune dry-run porcelain set-upstream no-verify verify quiet verbose atomic thin progress force-if-includes branches',
      ),
    },
    blame: { valueLetters: 'LSCM', valueNames: words('since contents date ignore-rev ignore-revs-file') },
    shortlog: { valueLetters: 'w', flagLetters: 'snec' },
  },
};

const NPM: ProgramOptions = {
  front: {
    valueLetters: 'CwF',
    flagLetters: 'sdgDEPOqyBfvhr',
    valueNames: words('prefix workspace dir filter cwd userconfig globalconfig registry cache loglevel tag otp'),
    flagNames: words(
      'silent quiet verbose global save-dev save-exact save save-prod save-optional if-present workspaces include-workspace-root ignore-scripts no-audit no-fund no-save offline prefer-offline frozen-lockfile version help json yes recursive production force legacy-peer-deps immutable color no-color',
    ),
  },
};

const KUBECTL: ProgramOptions = {
  front: {
    valueLetters: 'nsv',
    flagLetters: 'h',
    valueNames: words(
      'namespace context cluster user kubeconfig server token as as-group cache-dir request-timeout certificate-authority',
    ),
    flagNames: words('help insecure-skip-tls-verify all-namespaces'),
  },
};

const AWS: ProgramOptions = {
  front: {
    valueLetters: '',
    flagLetters: '',
    valueNames: words(
      'profile region output endpoint-url query color ca-bundle cli-read-timeout cli-connect-timeout cli-binary-format',
    ),
    flagNames: words(
      'debug no-verify-ssl no-paginate no-sign-request no-cli-pager version cli-auto-prompt no-cli-auto-prompt',
    ),
  },
};

const DOCKER: ProgramOptions = {
  front: {
    valueLetters: 'cHl',
    flagLetters: 'Dv',
    valueNames: words(
      'config context host log-level tlscacert tlscert tlskey connection url identity root namespace address',
    ),
    flagNames: words('debug tls tlsverify version help remote'),
  },
};

const CURL: ProgramOptions = {
  front: {
    valueLetters: 'AbcCdDeEFhHKmoPQrtTuUwxXyYz',
    flagLetters: 'aBfgGiIjJklLMnNOpqRsSvVZ#0123446',
    valueNames: words(
      'abstract-unix-socket alt-svc aws-sigv4 cacert capath cert cert-type ciphers config connect-timeout connect-to continue-at cookie cookie-jar create-file-mode crlfile data data-ascii data-binary data-raw data-urlencode delegation dns-interface dns-servers doh-url dump-header ech egd-file engine etag-compare etag-save expect100-timeout form form-string ftp-account ftp-method ftp-port header hostpubmd5 hsts interface ipfs-gateway json keepalive-time key key-type krb libcurl limit-rate local-port login-options mail-auth mail-from mail-rcpt max-filesize max-redirs max-time netrc-file noproxy oauth2-bearer output output-dir parallel-max pass pinnedpubkey preproxy proto proto-default proto-redir proxy proxy-cacert proxy-cert proxy-header proxy-key proxy-pass proxy-user pubkey quote random-file range rate referer request request-target resolve retry retry-delay retry-max-time sasl-authzid service-name socks4 socks4a socks5 socks5-hostname speed-limit speed-time stderr telnet-option tftp-blksize time-cond tls-max tls13-ciphers trace trace-ascii trace-config unix-socket upload-file url url-query user user-agent variable write-out',
    ),
    flagNames: words(
      'silent show-error fail location head include verbose compressed insecure remote-name remote-name-all remote-header-name globoff get http1.1 http2 http3 ipv4 ipv6 no-progress-meter progress-bar fail-with-body retry-connrefused retry-all-errors no-buffer parallel path-as-is tlsv1.2 tlsv1.3 ssl-reqd netrc netrc-optional disable version help next location-trusted',
    ),
  },
};

const WGET: ProgramOptions = {
  front: {
    valueLetters: 'oaeiBtOTwQPUlARDIX',
    flagLetters: 'qvdcNSrpkKmHLEFbnxV46',
    valueNames: words(
      'output-file append-output execute input-file base tries output-document timeout wait quota directory-prefix user password header user-agent referer post-data post-file method body-data body-file level accept reject domains',
    ),
    flagNames: words(
      'quiet verbose spider continue no-verbose timestamping no-check-certificate recursive mirror server-response',
    ),
  },
};

const SYSTEMCTL: ProgramOptions = {
  front: {
    valueLetters: 'HMtnsopP',
    valueNames: words('host machine type state property lines output signal kill-whom root image job-mode'),
    flagNames: words('user system no-pager now quiet force no-block runtime global all full'),
  },
};

/** Programs whose options are known well enough to tell their values from subcommands and operands. */
export const PROGRAM_OPTIONS: ReadonlyMap<string, ProgramOptions> = new Map<string, ProgramOptions>(
  Object.entries({
    git: GIT,
    npm: NPM,
    pnpm: NPM,
    yarn: NPM,
    bun: NPM,
    kubectl: KUBECTL,
    aws: AWS,
    docker: DOCKER,
    podman: DOCKER,
    nerdctl: DOCKER,
    curl: CURL,
    wget: WGET,
    systemctl: SYSTEMCTL,
    npx: {
      front: {
        valueLetters: 'pcw',
        flagLetters: 'yq',
        valueNames: words('package call workspace'),
        flagNames: words('yes no quiet no-install'),
      },
    },
    pip: {
      front: {
        valueLetters: '',
        flagLetters: 'qvh',
        valueNames: words('python log proxy retries timeout cache-dir'),
        flagNames: words(
          'quiet verbose isolated disable-pip-version-check no-color version require-virtualenv no-cache-dir',
        ),
      },
    },
    uv: {
      front: {
        valueLetters: 'p',
        flagLetters: 'qvn',
        valueNames: words('directory project cache-dir color python config-file'),
        flagNames: words('quiet verbose offline no-cache no-progress no-config'),
      },
    },
    poetry: {
      front: {
        valueLetters: 'CP',
        flagLetters: 'qnvV',
        valueNames: words('directory project'),
        flagNames: words('quiet no-interaction ansi no-ansi version no-plugins no-cache'),
      },
    },
    gh: { front: { valueLetters: 'R', valueNames: ['repo'], flagNames: ['help', 'version'] } },
    terraform: { front: { flagLetters: '', flagNames: ['version', 'help'] } },
    chmod: {
      front: {
        flagLetters: 'Rvcf',
        valueNames: ['reference'],
        flagNames: words('recursive verbose changes silent quiet preserve-root no-preserve-root'),
      },
    },
    chown: {
      front: {
        flagLetters: 'RvcfhHLP',
        valueNames: words('reference from'),
        flagNames: words('recursive verbose changes silent quiet dereference no-dereference'),
      },
    },
    rm: {
      front: {
        flagLetters: 'rRfivdI',
        flagNames: words('recursive force verbose dir preserve-root no-preserve-root one-file-system interactive'),
      },
    },
    kill: { front: { valueLetters: 'sn', flagNames: ['list', 'table'], valueNames: ['signal'] } },
    cargo: {
      front: {
        valueLetters: 'CZ',
        flagLetters: 'vqV',
        valueNames: words('config color'),
        flagNames: words('verbose quiet locked offline frozen version list'),
      },
    },
    bundle: { front: { valueLetters: '', flagLetters: '' } },
    composer: {
      front: {
        valueLetters: 'd',
        flagLetters: 'qnvhV',
        valueNames: ['working-dir'],
        flagNames: words('quiet no-interaction profile no-plugins no-scripts no-cache ansi no-ansi'),
      },
    },
    gsutil: { front: { valueLetters: 'oh', flagLetters: 'DmqV' } },
    ssh: { front: { valueLetters: 'BbcDEeFIiJLlmOopQRSWw', flagLetters: '46AaCfGgKkMNnqsTtVvXxYy' } },
    set: { front: { valueLetters: 'o' } },
  } satisfies Record<string, ProgramOptions>).flatMap(
    ([name, options]): readonly (readonly [string, ProgramOptions])[] =>
      name === 'pip'
        ? [
            ['pip', options],
            ['pip3', options],
          ]
        : [[name, options]],
  ),
);
