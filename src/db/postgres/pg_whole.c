/* SPDX-License-Identifier: Apache-2.0 */
/* pg_whole: what db/whole.h asks of the server's catalogue (PostgreSQL, "System Catalogs"). */
#include <libpq-fe.h>

#include "db/postgres/pg_link.h"
#include "db/postgres/pg_wait.h"

/* Every foreign key, which the owner of the tables may change. */
#define DEFER(before, how)                                                                          \
    "DO $$ DECLARE r record; BEGIN " before "FOR r IN SELECT conname, conrelid::regclass AS place " \
    "FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace "                               \
    "WHERE contype = 'f' AND n.nspname = current_schema() LOOP "                                    \
    "EXECUTE format('ALTER TABLE %s ALTER CONSTRAINT %I " how "', r.place, r.conname); END LOOP; END $$"

enum errcode
pg_link_defer(struct cx *cx, struct pg_link *link, bool on)
{
    pg_link_stop_all(link);
    const char *text = on ? DEFER("", "DEFERRABLE INITIALLY DEFERRED")
                          : DEFER("SET CONSTRAINTS ALL IMMEDIATE; ", "NOT DEFERRABLE");
    return pg_link_run(cx, link, text, "DO", 0);
}

enum errcode
pg_link_examine(struct cx *cx, struct pg_link *link, struct db *db, const struct db_finder *finder)
{
    static const char sql[] =
        "SELECT 'the constraint ' || conname || ' of ' || conrelid::regclass || ' is not in force: "
        "ALTER TABLE ... VALIDATE CONSTRAINT' FROM pg_constraint JOIN pg_namespace n ON n.oid = connamespace "
        "WHERE n.nspname = current_schema() AND NOT convalidated UNION ALL "
        "SELECT 'the index ' || indexrelid::regclass || ' is not in force: REINDEX INDEX' FROM pg_index "
        "JOIN pg_class c ON c.oid = indexrelid WHERE c.relnamespace = current_schema()::regnamespace "
        "AND NOT (indisvalid AND indisready AND indislive) LIMIT 20";
    struct pg_statement *st = pg_link_statement(link, db, sql, NULL, 0);
    enum errcode err = pg_link_query(cx, link, st, NULL, 0);
    for (int i = 0; err == ERR_NONE && i < PQntuples(st->result); i++)
        finder->found(finder->arg,
                      (struct str){PQgetvalue(st->result, i, 0), (size_t)PQgetlength(st->result, i, 0)});
    pg_statement_stop(st);
    return err;
}

/* pg_get_indexdef names the schema, which is another one for what it is compared with. */
const char pg_describe_text[] =
    "SELECT name COLLATE \"C\", definition FROM ("
    "SELECT 'column ' || relname || '.' || attname AS name, format_type(atttypid, atttypmod) || ' ' || "
    "attnotnull || ' ' || coalesce(pg_get_expr(adbin, adrelid), '') AS definition FROM pg_attribute "
    "JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum "
    "WHERE relkind = 'r' AND attnum > 0 AND NOT attisdropped AND relnamespace = "
    "current_schema()::regnamespace "
    "UNION ALL SELECT 'constraint ' || conname, conrelid::regclass || ' ' || pg_get_constraintdef(oid) "
    "FROM pg_constraint WHERE connamespace = current_schema()::regnamespace "
    "UNION ALL SELECT 'index ' || relname, regexp_replace(pg_get_indexdef(c.oid), ' ON [^ ]+\\.', ' ON ') "
    "FROM pg_class c WHERE relkind = 'i' AND relnamespace = current_schema()::regnamespace "
    "UNION ALL SELECT 'object ' || relname, relkind::text FROM pg_class "
    "WHERE relkind NOT IN ('i', 't') AND relnamespace = current_schema()::regnamespace "
    "UNION ALL SELECT 'trigger ' || tgname, tgrelid::regclass::text FROM pg_trigger "
    "JOIN pg_class c ON c.oid = tgrelid "
    "WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace) o ORDER BY 1, 2";
