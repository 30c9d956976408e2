import { parseHostPattern } from '../core/host-pattern.ts';

/**
 * Domains below which anybody can have a host of their own, and what one finds there. To reach them all is to let data
 * go to, and programs come from, whoever rents one.
 */
const SHARED_DOMAINS: ReadonlyMap<string, string> = new Map([
  ['amazonaws.com', 'anybody can have a bucket or a service there'],
  ['amazonaws.com.cn', 'anybody can have a bucket or a service there'],
  ['cloudfront.net', 'anybody can put a server behind it'],
  ['awsapprunner.com', 'anybody can run a server there'],
  ['on.aws', 'anybody can run a function there'],
  ['windows.net', 'anybody can have storage there'],
  ['azurewebsites.net', 'anybody can run a server there'],
  ['azureedge.net', 'anybody can put a server behind it'],
  ['azurefd.net', 'anybody can put a server behind it'],
  ['googleapis.com', 'anybody can have storage there'],
  ['googleusercontent.com', 'anybody can serve files there'],
  ['appspot.com', 'anybody can run a server there'],
  ['run.app', 'anybody can run a server there'],
  ['cloudfunctions.net', 'anybody can run a function there'],
  ['web.app', 'anybody can serve files there'],
  ['firebaseapp.com', 'anybody can serve files there'],
  ['firebaseio.com', 'anybody can have a database there'],
  ['github.io', 'anybody can serve files there'],
  ['githubusercontent.com', 'anybody can serve files there'],
  ['gitlab.io', 'anybody can serve files there'],
  ['pages.dev', 'anybody can serve files there'],
  ['workers.dev', 'anybody can run a function there'],
  ['r2.dev', 'anybody can have a bucket there'],
  ['r2.cloudflarestorage.com', 'anybody can have a bucket there'],
  ['vercel.app', 'anybody can run a server there'],
  ['netlify.app', 'anybody can serve files there'],
  ['herokuapp.com', 'anybody can run a server there'],
  ['fly.dev', 'anybody can run a server there'],
  ['onrender.com', 'anybody can run a server there'],
  ['railway.app', 'anybody can run a server there'],
  ['digitaloceanspaces.com', 'anybody can have a bucket there'],
  ['backblazeb2.com', 'anybody can have a bucket there'],
  ['supabase.co', 'anybody can have a database there'],
  ['trycloudflare.com', 'anybody can open a tunnel there'],
  ['ngrok.io', 'anybody can open a tunnel there'],
  ['ngrok.app', 'anybody can open a tunnel there'],
  ['ngrok-free.app', 'anybody can open a tunnel there'],
]);

/** Single hosts that serve what anybody put there, told apart by the path alone, which nobody sees inside of TLS. */
const SHARED_HOSTS: ReadonlyMap<string, string> = new Map([
  ['s3.amazonaws.com', 'a path names the bucket, of anybody'],
  ['storage.googleapis.com', 'a path names the bucket, of anybody'],
  ['raw.githubusercontent.com', 'a path names the repository, of anybody'],
  ['gist.githubusercontent.com', 'a path names the owner, who is anybody'],
  ['gist.github.com', 'a path names the owner, who is anybody'],
  ['pastebin.com', 'anybody can put text there'],
  ['discord.com', 'a path names the channel, of anybody'],
  ['hooks.slack.com', 'a path names the channel, of anybody'],
]);

/** Why a host pattern stands for hosts of many parties, or null where it does not as far as is known. */
export function multiTenantService(text: string): string | null {
  const parsed = parseHostPattern(text);
  if (!parsed.ok || parsed.pattern.kind === 'every') return null;
  const { kind, host } = parsed.pattern;
  if (kind === 'exact') return SHARED_HOSTS.get(host) ?? regionalBucketService(host);
  for (const [domain, why] of SHARED_DOMAINS) {
    // Above a shared domain (`*.aws`) as well as at it or below it (`*.s3.eu-west-1.amazonaws.com`).
    if (host === domain || host.endsWith(`.${domain}`) || domain.endsWith(`.${host}`)) return why;
  }
  return null;
}

/** `s3.eu-west-1.amazonaws.com` and its like, where the bucket is in the path. */
function regionalBucketService(host: string): string | null {
  const isBucketService = /^s3[.-](?:dualstack\.)?[a-z0-9-]+\.amazonaws\.com(?:\.cn)?$/.test(host);
  return isBucketService ? 'a path names the bucket, of anybody' : null;
}
