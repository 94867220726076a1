/* SPDX-License-Identifier: Apache-2.0 */
/* open: db_open of db.h: a connection whose schema is this program's. */
#include "db/db.h"
#include "db/db_driver.h"
#include "db/migrate.h"
#include "db/module.h"

/* Creates or checks the schema of a fresh connection, which the context borrows for that. */
static enum errcode
settle_schema(struct cx *cx, struct db *db, enum db_mode mode)
{
    struct db *outer = cx->db;
    cx->db = db;
    int64_t version = 0, least = 0;
    enum errcode err = migrate_version(cx, &version, &least);
    if (err == ERR_NONE && mode == DB_CREATE && version != 0)
        err = err_set(cx, ERR_EXISTS, "there is a database already");
    const bool serves = version >= migrate_latest() && least <= migrate_latest();
    if (err == ERR_NONE && mode == DB_OPEN && !serves)
        err = err_set(cx, ERR_STORE_SCHEMA, "the database has schema version %lld, this program needs %lld%s",
                      (long long)version, (long long)migrate_latest(),
                      version < migrate_latest() ? ": run countersign upgrade" : "");
    if (err == ERR_NONE && mode != DB_OPEN && version != migrate_latest())
        err = migrate_up(cx);
    if (err == ERR_NONE && mode == DB_CREATE)
        db->is_new = true;
    if (err == ERR_NONE)
        err = db_take_time(cx);
    cx->db = outer;
    return err;
}

/* *url becomes the place as the driver takes it. */
static enum errcode
find_driver(struct cx *cx, struct str *url, const struct db_driver **driver_out)
{
    static const struct str sqlite = STR("sqlite:");
    if (str_starts(*url, STR_LIT("postgresql://")) || str_starts(*url, STR_LIT("postgres://")))
        return module_postgres(cx, driver_out);
    *driver_out = &db_sqlite;
    if (str_starts(*url, sqlite))
        *url = str_sub(*url, sqlite.n, SIZE_MAX);
    return ERR_NONE;
}

enum errcode
db_reach(struct cx *cx, struct str url, struct db_reach *reach_out)
{
    const struct db_driver *driver = NULL;
    *reach_out = (struct db_reach){.is_server = false};
    enum errcode err = find_driver(cx, &url, &driver);
    return err == ERR_NONE ? driver->reach(cx, url, reach_out) : err;
}

enum errcode
db_listen(struct cx *cx, struct str url, int64_t busy_timeout, struct db **db_out)
{
    const struct db_driver *driver = NULL;
    *db_out = NULL;
    enum errcode err = find_driver(cx, &url, &driver);
    if (err != ERR_NONE || driver->listen == NULL)
        return err;
    return driver->prepare(cx, url, busy_timeout, db_out);
}

enum errcode
db_open(struct cx *cx, struct str url, enum db_mode mode, int64_t busy_timeout, struct db **db_out)
{
    struct db *db = NULL;
    *db_out = NULL;
    const struct db_driver *driver = NULL;
    enum errcode err = find_driver(cx, &url, &driver);
    if (err == ERR_NONE)
        err = driver->open(cx, url, mode == DB_CREATE, busy_timeout, &db);
    if (err == ERR_NONE && mode != DB_RAW)
        err = settle_schema(cx, db, mode);
    if (err != ERR_NONE)
        db_unmake(&db);
    *db_out = db;
    return err;
}
