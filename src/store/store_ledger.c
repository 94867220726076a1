/* SPDX-License-Identifier: Apache-2.0 */
/* store_ledger: see store_ledger.h. */
#include "store/store_ledger.h"

#include "db/db.h"
#include "db/rows.h"

/* Sums and differences of two do not overflow. */
#define NUMBER_MOST (INT64_MAX / 4)

#define LOG(FIRST, COLUMN, EXPRESSION)    \
    FIRST(ledger_log, integer, chained)   \
    COLUMN(ledger_log, text, origin)      \
    COLUMN(ledger_log, integer, archived) \
    COLUMN(ledger_log, digest_or_null, archived_digest)
ROWS_TYPE(logs, ledger_log, LOG, .missing = "the database does not say where its audit log begins");

#define NODE(FIRST, COLUMN, EXPRESSION) \
    FIRST(ledger_hash, integer, pos)    \
    COLUMN(ledger_hash, digest, hash)
ROWS_TYPE(nodes, ledger_hash, NODE, .missing = "");

#define CHECKPOINT(FIRST, COLUMN, EXPRESSION) \
    FIRST(ledger_checkpoint, integer, size)   \
    COLUMN(ledger_checkpoint, text, note)
ROWS_TYPE(checkpoints, ledger_checkpoint, CHECKPOINT, .missing = "");

enum errcode
store_ledger_log(struct cx *cx, struct ledger_log *log_out)
{
    enum errcode err =
        rows_one(cx, &logs, log_out, "SELECT " ROWS_COLUMNS(LOG) " FROM audit_log WHERE id = 1", "");
    if (err == ERR_NONE && (log_out->chained < 0 || log_out->chained > NUMBER_MOST || log_out->archived < 0 ||
                            log_out->archived > NUMBER_MOST))
        err = err_set(cx, ERR_STORE, "the database has a wrong value for the beginning of its audit log");
    return err;
}

enum errcode
store_ledger_begin(struct cx *cx, struct str origin)
{
    return db_exec(cx, NULL, "UPDATE audit_log SET origin = $1 WHERE id = 1", "t", origin);
}

enum errcode
store_ledger_nodes(struct cx *cx, unsigned level, int64_t pos, int64_t n, struct ledger_hash **hashes_out,
                   size_t *n_out)
{
    return rows_list(cx, &nodes, hashes_out, n_out,
                     "SELECT " ROWS_COLUMNS(NODE) " FROM audit_node "
                                                  "WHERE level = $1 AND pos >= $2 AND pos < $3 ORDER BY pos",
                     "iii", (int64_t)level, pos, pos + n);
}

enum errcode
store_ledger_leaves(struct cx *cx, int64_t seq, int64_t n, struct ledger_hash **hashes_out, size_t *n_out)
{
    return rows_list(cx, &nodes, hashes_out, n_out,
                     "SELECT seq, digest FROM audit WHERE seq >= $1 AND seq < $2 ORDER BY seq", "ii", seq,
                     seq + n);
}

enum errcode
store_ledger_add_node(struct cx *cx, unsigned level, int64_t pos, const struct digest *hash)
{
    return db_exec(cx, NULL, "INSERT INTO audit_node (level, pos, hash) VALUES ($1, $2, $3)", "iid",
                   (int64_t)level, pos, hash);
}

/* The hashes first: they are read from the rows. */
enum errcode
store_ledger_archive(struct cx *cx, const struct ledger_log *log, int64_t to)
{
    const int64_t leaves = log->archived > log->chained ? log->archived : log->chained;
    int64_t removed = 0;
    bool moved = false;
    enum errcode err = db_exec(cx, NULL,
                               "INSERT INTO audit_node (level, pos, hash) SELECT 0, seq - $1 - 1, digest "
                               "FROM audit WHERE seq > $2 AND seq <= $3",
                               "iii", log->chained, leaves, to);
    if (err == ERR_NONE)
        err = db_exec_one(cx, &moved,
                          "UPDATE audit_log SET archived = $1, "
                          "archived_digest = (SELECT digest FROM audit WHERE seq = $1) "
                          "WHERE id = 1 AND archived = $2",
                          "ii", to, log->archived);
    if (err == ERR_NONE)
        err =
            db_exec(cx, &removed, "DELETE FROM audit WHERE seq > $1 AND seq <= $2", "ii", log->archived, to);
    if (err == ERR_NONE && (!moved || removed != to - log->archived))
        return err_set(cx, ERR_STORE, "the events %lld to %lld are not all there: countersign audit verify",
                       (long long)log->archived + 1, (long long)to);
    return err;
}

enum errcode
store_ledger_count_nodes(struct cx *cx, int64_t *n_out)
{
    return rows_number(cx, n_out, "SELECT count(*) FROM audit_node", "");
}

enum errcode
store_ledger_newest(struct cx *cx, struct ledger_checkpoint *checkpoint_out)
{
    return rows_optional(
        cx, &checkpoints, checkpoint_out,
        "SELECT " ROWS_COLUMNS(CHECKPOINT) " FROM audit_checkpoint ORDER BY size DESC LIMIT 1", "");
}

enum errcode
store_ledger_checkpoints(struct cx *cx, int64_t after, int64_t limit, struct ledger_checkpoint **list_out,
                         size_t *n_out)
{
    return rows_list(cx, &checkpoints, list_out, n_out,
                     "SELECT " ROWS_COLUMNS(CHECKPOINT) " FROM audit_checkpoint "
                                                        "WHERE size > $1 ORDER BY size LIMIT $2",
                     "ii", after, limit);
}

enum errcode
store_ledger_add_checkpoint(struct cx *cx, const struct ledger_checkpoint *checkpoint)
{
    static const char sql[] =
        "INSERT INTO audit_checkpoint (" ROWS_STORED(CHECKPOINT) ") "
                                                                 "VALUES (" ROWS_PARAMETERS(CHECKPOINT) ")";
    return rows_insert(cx, &checkpoints, checkpoint, sql, "");
}

enum errcode
store_ledger_drop_checkpoint(struct cx *cx, int64_t size)
{
    return db_exec(cx, NULL, "DELETE FROM audit_checkpoint WHERE size = $1", "i", size);
}
