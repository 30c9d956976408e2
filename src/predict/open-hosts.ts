/** Hosts of documentation that the client fetches from without a question. Measured host by host: there may be more. */
const HOSTS = new Set(
  'platform.claude.com code.claude.com modelcontextprotocol.io agentskills.io docs.python.org en.cppreference.com docs.oracle.com learn.microsoft.com developer.mozilla.org www.php.net docs.swift.org kotlinlang.org ruby-doc.org doc.rust-lang.org www.typescriptlang.org react.dev angular.io vuejs.org nextjs.org expressjs.com nodejs.org bun.sh jquery.com getbootstrap.com tailwindcss.com d3js.org threejs.org redux.js.org webpack.js.org jestjs.io reactrouter.com docs.djangoproject.com flask.palletsprojects.com fastapi.tiangolo.com pandas.pydata.org numpy.org www.tensorflow.org pytorch.org scikit-learn.org matplotlib.org requests.readthedocs.io jupyter.org laravel.com symfony.com docs.spring.io hibernate.org tomcat.apache.org gradle.org maven.apache.org asp.net dotnet.microsoft.com blazor.net reactnative.dev docs.flutter.dev developer.apple.com developer.android.com keras.io spark.apache.org www.mongodb.com redis.io www.postgresql.org dev.mysql.com www.sqlite.org graphql.org prisma.io docs.aws.amazon.com cloud.google.com kubernetes.io www.docker.com www.terraform.io www.ansible.com docs.netlify.com devcenter.heroku.com cypress.io selenium.dev docs.unity.com docs.unrealengine.com git-scm.com nginx.org httpd.apache.org'.split(
    ' ',
  ),
);
/** Hosts that are open below one folder only. */
const FOLDERS: ReadonlyMap<string, string> = new Map([
  ['github.com', '/anthropics'],
  ['vercel.com', '/docs'],
  ['huggingface.co', '/docs'],
  ['www.kaggle.com', '/docs'],
]);

/** Whether the client fetches a URL without a question. */
export function isOpenUrl(url: URL): boolean {
  if (HOSTS.has(url.hostname)) return true;
  const folder = FOLDERS.get(url.hostname);
  return folder !== undefined && (url.pathname === folder || url.pathname.startsWith(`${folder}/`));
}
