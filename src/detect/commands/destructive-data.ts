import { baseName } from './network.ts';
import { anyWord, has, sub } from './risk-view.ts';
import type { RiskView } from './risk-view.ts';
import { factsOf } from './risk.ts';

/** Commands after which records are gone: databases, stores, queues, by their own clients and by those of frameworks. */
export const DESTRUCTIVE_DATA = factsOf<RiskView>('destructive', [
  [
    'database',
    'mysql mariadb psql sqlite3 sqlite mongosh mongo redis-cli cockroach clickhouse-client sqlcmd duckdb cqlsh bq usql influx mysqladmin dropdb wp supabase etcdctl dropuser wrangler pgcli mycli litecli osql isql sqlplus snowsql trino presto hive beeline spark-sql turso libsql pscale mongorestore pg_restore valkey-cli keydb-cli',
    'Drops or empties a database, a table or a store.',
    emptiesDatabase,
  ],
  [
    'database',
    'artisan prisma rails rake console manage.py django-admin sequelize sequelize-cli typeorm knex mix alembic flask flyway liquibase sqlx diesel dotnet-ef dotnet migrate goose dbmate atlas drizzle-kit mikro-orm ace cake craft drush phinx node-pg-migrate sea-orm-cli php python python2 python3 ruby node wasp hasura medusa',
    'Drops or empties a database by the tool of a framework.',
    (view) => {
      const { tool, text } = frameworkCall(view);
      return FRAMEWORK_CALLS.some(([tools, call]) => tools.test(tool) && call.test(text));
    },
  ],
  [
    'store',
    'kafka-topics kafka-topics.sh kafka-delete-records kafka-delete-records.sh kafka-consumer-groups rabbitmqctl rabbitmqadmin consul vault nodetool influxd nats rpk',
    'Deletes queues, topics, secrets or keys of a store.',
    (view) => {
      if (view.name.startsWith('kafka')) return has(view, 'delete') || view.name.includes('delete');
      if (view.name.startsWith('rabbitmq'))
        return (
          sub(view, 'delete_queue|purge_queue|delete_vhost|delete_user|reset|force_reset|delete|purge') ||
          view.operands.some((word) => /^(?:delete|purge)$/.test(word))
        );
      if (view.name === 'consul') return sub(view, 'kv', 'delete') && has(view, 'recurse');
      if (view.name === 'vault')
        return (
          sub(view, 'secrets|auth|audit', 'disable') ||
          sub(view, 'kv', 'destroy|delete') ||
          sub(view, 'kv', 'metadata', 'delete') ||
          sub(view, 'delete')
        );
      if (view.name === 'nodetool') return sub(view, 'clearsnapshot|decommission|removenode|assassinate');
      return view.operands.some((word) => /^(?:delete|purge|rm)$/.test(word));
    },
  ],
  [
    'remote-delete',
    'curl http https xh httpie',
    'Asks a service to delete what it holds.',
    (view) => {
      const isDelete =
        /(?:^| )(?:-[a-zA-Z]*X ?|--request[= ])DELETE(?: |$)/.test(view.text) ||
        (view.name !== 'curl' && view.operands[0] === 'DELETE');
      // A service that is being developed here is asked to delete all day long; a search engine's whole index is not.
      return (
        isDelete && (!/\/\/(?:localhost|127\.[\d.]+|\[::1\])\b/.test(view.text) || /:9200\b|\/_all\b/.test(view.text))
      );
    },
  ],
]);

/** What a tool of a framework is called with: `php artisan x`, `python manage.py x` and `bin/console x` are calls of it. */
function frameworkCall(view: RiskView): { readonly tool: string; readonly text: string } {
  const isRunner = /^(?:php|python\d?|ruby|node|dotnet)[\d.]*$/.test(view.name);
  if (!isRunner) return { tool: view.name, text: view.text };
  const at = view.words.findIndex((word) => !word.startsWith('-'));
  return {
    tool: baseName(view.words[at] ?? ''),
    text: view.words
      .slice(at + 1)
      .join(' ')
      .slice(0, MAX_TEXT),
  };
}

const MAX_TEXT = 2_000;

/** Calls that drop or empty, by the tool. A value in front of them is an option's. */
const FRAMEWORK_CALLS: readonly (readonly [tools: RegExp, call: RegExp])[] = [
  [/^(?:rails|rake)$/, /(?:^| )db:(?:drop|reset|purge|truncate_all|schema:load|migrate:reset)(?:[: ]|$)/],
  [/^artisan$/, /(?:^| )(?:migrate:(?:fresh|reset|refresh)|db:wipe)(?: |$)/],
  [/^console$/, /(?:^| )doctrine:(?:database|schema):drop(?: |$)|(?:^| )doctrine:fixtures:load(?: |$)/],
  [
    /^(?:manage\.py|django-admin)$/,
    /(?:^| )(?:flush|reset_db|sqlflush|reset_schema)(?: |$)|(?:^| )migrate \S+ zero(?: |$)/,
  ],
  [/^prisma$/, /(?:^| )migrate reset(?: |$)|(?:^| )--(?:force-reset|accept-data-loss)(?: |$)/],
  [/^(?:sequelize|sequelize-cli)$/, /(?:^| )db:(?:drop|migrate:undo:all)(?: |$)/],
  [/^(?:typeorm|mikro-orm)$/, /(?:^| )(?:schema:(?:drop|fresh)|migration:fresh|database:drop)(?: |$)/],
  [/^knex$/, /(?:^| )migrate:rollback .*--all(?: |$)/],
  [/^(?:ace|medusa)$/, /(?:^| )(?:migration:(?:fresh|reset|refresh)|db:(?:wipe|truncate))(?: |$)/],
  [/^mix$/, /(?:^| )ecto\.(?:drop|reset)(?: |$)/],
  [/^(?:alembic|flask)$/, /(?:^| )downgrade base(?: |$)/],
  [/^flyway$/, /(?:^| )clean(?: |$)/],
  [/^liquibase$/, /(?:^| )drop-?all(?: |$)/i],
  [/^sqlx$/, /^(?:database|db) (?:drop|reset)(?: |$)/],
  [/^diesel$/, /^database reset(?: |$)/],
  [/^(?:ef|dotnet-ef)$/, /(?:^| )database drop(?: |$)/],
  [/^(?:migrate|dbmate|goose)$/, /(?:^| )(?:drop|reset)(?: |$)/],
  [/^atlas$/, /^schema clean(?: |$)/],
  [/^drizzle-kit$/, /^(?:drop|push .*--force)(?: |$)/],
  [/^sea-orm-cli$/, /^migrate (?:fresh|reset|refresh)(?: |$)/],
  [/^drush$/, /^sql[:-](?:drop|create)(?: |$)/],
  [/^wasp$/, /^db reset(?: |$)/],
];

const STATEMENT =
  /\b(?:DROP\s+(?:DATABASE|TABLE|SCHEMA|USER|ROLE|KEYSPACE|COLLECTION|VIEW|INDEX|COLUMN|TABLESPACE)|TRUNCATE\b|DELETE\s+FROM\s+[\w."`[\]]+\s*(?:;|$|["'])|(?:DELETE\s+FROM|UPDATE)\s+[^;]{1,200}\bWHERE\s+(?:1\s*=\s*1|TRUE)\b)/i;

function emptiesDatabase(view: RiskView): boolean {
  if (view.name === 'dropdb' || view.name === 'dropuser') return true;
  if (view.name === 'mysqladmin') return anyWord(view, /^drop$/i);
  if (/^(?:redis|valkey|keydb)-cli$/.test(view.name))
    return (
      anyWord(view, /^FLUSH(?:ALL|DB)$/i) ||
      (anyWord(view, /^(?:DEL|UNLINK)$/i) && view.upstream.some((one) => one.name === view.name))
    );
  if (view.name === 'mongorestore') return has(view, 'drop');
  if (view.name === 'pg_restore') return has(view, 'c', 'clean');
  if (view.name === 'wp') return sub(view, 'db', 'reset|drop|clean');
  if (view.name === 'supabase') return sub(view, 'db', 'reset');
  if (view.name === 'pscale' || view.name === 'turso')
    return view.operands.some((word) => /^(?:delete|destroy)$/.test(word));
  if (view.name === 'etcdctl') return sub(view, 'del') && has(view, 'prefix', 'from-key');
  if (view.name === 'bq') return sub(view, 'rm') && has(view, 'r', 'f', 'recursive', 'force');
  if (view.name.startsWith('mongo') && anyWord(view, /\.(?:dropDatabase|drop|deleteMany|remove)\(\s*(?:\{\s*\})?\s*\)/))
    return true;
  const given = [...view.words, view.command.input?.text ?? '', ...view.upstream.flatMap((one) => one.words)];
  return given.some((text) => STATEMENT.test(text) || /\.(?:dropDatabase)\(/.test(text));
}
