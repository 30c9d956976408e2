/**
 * What is known of names behind which anybody can stand: the one list for the check of a policy, the import of settings and, as
 * `shared-hosts.json`, for Terraform's module `policy-rules`.
 */

/**
 * Domains below which anybody can have a host of their own, and what one finds there. To reach them all is to let data
 * go to, and programs come from, whoever rents one.
 */
export const HOSTING_DOMAINS: ReadonlyMap<string, string> = new Map([
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

/**
 * Domains whose own hosts serve whoever has an account. Inside of TLS no firewall sees whose it is, so that a network of a company
 * reaches none of them without somebody's word.
 */
export const ACCOUNT_DOMAINS: ReadonlyMap<string, string> = new Map([
  ['atlassian.com', 'anybody can have a site there'],
  ['atlassian.net', 'anybody can have a site there'],
  ['bitbucket.org', 'anybody can push there'],
  ['cloudflarestorage.com', 'anybody can have a bucket there'],
  ['discord.com', 'anybody can have a channel there'],
  ['docker.io', 'anybody can push images there'],
  ['dropbox.com', 'anybody can have files there'],
  ['ghcr.io', 'anybody can push images there'],
  ['github.com', 'anybody can push there'],
  ['gitlab.com', 'anybody can push there'],
  ['huggingface.co', 'anybody can push there'],
  ['npmjs.com', 'anybody can publish there'],
  ['npmjs.org', 'anybody can publish there: an upload is a PUT that no firewall tells from a download'],
  ['pastebin.com', 'anybody can put text there'],
  ['quay.io', 'anybody can push images there'],
  ['rubygems.org', 'anybody can publish there'],
  ['sharepoint.com', 'anybody can have a site there'],
]);

/** Single hosts that serve what anybody put there, told apart by the path alone, which nobody sees inside of TLS. */
export const PATH_HOSTS: ReadonlyMap<string, string> = new Map([
  ['s3.amazonaws.com', 'a path names the bucket, of anybody'],
  ['storage.googleapis.com', 'a path names the bucket, of anybody'],
  ['raw.githubusercontent.com', 'a path names the repository, of anybody'],
  ['gist.githubusercontent.com', 'a path names the owner, who is anybody'],
  ['gist.github.com', 'a path names the owner, who is anybody'],
  ['pastebin.com', 'anybody can put text there'],
  ['discord.com', 'a path names the channel, of anybody'],
  ['hooks.slack.com', 'a path names the channel, of anybody'],
]);

/** Single hosts of the kind of {@link ACCOUNT_DOMAINS}; what stands below them is another matter. */
export const ACCOUNT_HOSTS: ReadonlyMap<string, string> = new Map([
  ['api.anthropic.com', "anybody's key is taken there, so that prompts and files go to anybody's account"],
  ['crates.io', 'anybody can publish there'],
  ['proxy.golang.org', 'it fetches from whatever host a path names'],
  ['registry.yarnpkg.com', 'it is the registry of npm under another name'],
  ['upload.pypi.org', 'anybody can publish there'],
]);
