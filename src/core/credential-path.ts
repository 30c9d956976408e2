/**
 * Names of files and folders that hold what proves who someone is: keys, tokens, passwords and the stores of them. Held
 * against a path or its end; linear.
 */
export const CREDENTIAL_PATH = new RegExp(
  [
    String.raw`(?:^|\/)\.ssh(?:$|\/(?!known_hosts|config$|authorized_keys|environment$|[^/]*\.pub$)[^/]+$)`,
    String.raw`(?:^|\/)\.aws(?:$|\/(?:credentials|sso|cli|x$)?)`,
    String.raw`(?:^|\/)\.azure(?:$|\/(?:accessTokens|msal_token|azureProfile|service_principal|x$))`,
    String.raw`(?:^|\/)\.config\/gcloud(?:$|\/(?:credentials|access_tokens|application_default|legacy_credentials|x$))`,
    String.raw`(?:^|\/)(?:\.kube\/config|kubeconfig|admin\.conf|kubelet\.conf)$|^\/etc\/kubernetes\/pki`,
    String.raw`(?:^|\/)\.docker\/config\.json$`,
    String.raw`(?:^|\/)(?:\.netrc|_netrc|\.npmrc|\.pypirc|\.git-credentials|\.pgpass|\.my\.cnf|\.mylogin\.cnf|\.vault-token|\.s3cfg|\.boto|\.rclone\.conf|\.htpasswd|\.env(?:\.(?!example|sample|template|dist)\w+)?)$`,
    String.raw`(?:^|\/)\.config\/(?:gh\/hosts\.yml|rclone\/rclone\.conf|git\/credentials|op|hub)`,
    String.raw`(?:^|\/)\.(?:gnupg|password-store)(?:\/|$)`,
    String.raw`(?:^|\/)\.(?:terraform\.d\/credentials|cargo\/credentials|gem\/credentials|composer\/auth|m2\/settings(?:-security)?\.xml)`,
    String.raw`(?:^|\/)(?:g?shadow-?|master\.passwd|spwd\.db|opasswd|krb5\.keytab|tdbsam|ntds\.dit)$`,
    String.raw`\/(?:var\/lib\/sss|var\/run\/secrets|run\/secrets|var\/lib\/kubelet\/pki)(?:\/|$)`,
    String.raw`\/proc\/[^/]+\/(?:environ|mem)$`,
    String.raw`(?:^|\/)(?:Login Data|Cookies|Web Data|logins\.json|key[34]\.db|cookies\.sqlite|signons\.sqlite|Local State|login\.keychain(?:-db)?|System\.keychain|wallet\.dat|[^/]+\.kdbx?)$`,
    String.raw`(?:^|\/)(?:Keychains|\.local\/share\/keyrings|\.mozilla\/firefox|\.config\/(?:google-chrome|chromium|BraveSoftware)|\.claude\/\.credentials\.json|\.electrum|\.bitcoin|\.ethereum)(?:\/|$)`,
    String.raw`(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|ssh_host_[a-z0-9]+_key)$`,
  ].join('|'),
);
