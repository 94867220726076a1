/* SPDX-License-Identifier: Apache-2.0 */
/* store_session: the SQL of sessions. */
#include "store/store_session.h"

#include "db/db.h"

#define SESSION_COLUMNS                                                                                    \
    "id, company_id, technician_id, login_id, token_digest, ticket_digest, ticket_used_at, "               \
    "ticket_expires_at, source, console, created_at, seen_at, idle_at, expires_at, ended_at, end_reason, " \
    "second_factor"

enum errcode
store_session_insert(struct cx *cx, const struct session_row *r)
{
    static const char sql[] =
        "INSERT INTO session (" SESSION_COLUMNS ") VALUES ($1, $2, $3, $4, $5, $6, 0, $7, "
        "$8, $9, $10, $11, $12, $13, 0, '', $14)";
    return db_exec(cx, NULL, sql, "iiiiddittiiiii", r->id, r->company_id, r->technician_id, r->login_id,
                   &r->token_digest, &r->ticket_digest, r->ticket_expires_at, r->source, r->console,
                   r->created_at, r->seen_at, r->idle_at, r->expires_at, (int64_t)r->has_second_factor);
}

static void
read_row(struct cx *cx, struct db_rows *rows, struct session_row *r)
{
    r->id = db_int(rows, 0);
    r->company_id = db_int(rows, 1);
    r->technician_id = db_int(rows, 2);
    r->login_id = db_int(rows, 3);
    r->token_digest = db_digest(rows, 4);
    r->ticket_digest = db_digest(rows, 5);
    r->ticket_used_at = db_int(rows, 6);
    r->ticket_expires_at = db_int(rows, 7);
    r->source = db_text(cx, rows, 8);
    r->console = db_text(cx, rows, 9);
    r->created_at = db_int(rows, 10);
    r->seen_at = db_int(rows, 11);
    r->idle_at = db_int(rows, 12);
    r->expires_at = db_int(rows, 13);
    r->ended_at = db_int(rows, 14);
    r->end_reason = db_text(cx, rows, 15);
    r->has_second_factor = db_int(rows, 16) != 0;
}

static enum errcode
one_row(struct cx *cx, struct db_rows *rows, struct session_row *row_out)
{
    bool found = db_next(cx, rows);
    if (found)
        read_row(cx, rows, row_out);
    enum errcode err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "no such session");
    return err;
}

enum errcode
store_session_by_token(struct cx *cx, const struct digest *token, struct session_row *row_out)
{
    struct db_rows *rows;
    enum errcode err =
        db_query(cx, &rows, "SELECT " SESSION_COLUMNS " FROM session WHERE token_digest = $1", "d", token);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_session_by_ticket(struct cx *cx, const struct digest *ticket, struct session_row *row_out)
{
    struct db_rows *rows;
    enum errcode err =
        db_query(cx, &rows, "SELECT " SESSION_COLUMNS " FROM session WHERE ticket_digest = $1", "d", ticket);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

enum errcode
store_session_get(struct cx *cx, int64_t id, struct session_row *row_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, "SELECT " SESSION_COLUMNS " FROM session WHERE id = $1", "i", id);
    return err != ERR_NONE ? err : one_row(cx, rows, row_out);
}

/* One text per index: a condition with OR would scan the table. */
static const char *
by_choice(const struct session_choice *which, const char *of_company, const char *of_technician,
          const char *of_all)
{
    if (which->technician_id != 0)
        return of_technician;
    return which->company_id != 0 ? of_company : of_all;
}

static int64_t
chosen(const struct session_choice *which)
{
    return which->technician_id != 0 ? which->technician_id : which->company_id;
}

#define SESSION_LIVE "ended_at = 0 AND idle_at > $2 AND expires_at > $2 AND id <> $3"

enum errcode
store_session_count(struct cx *cx, const struct session_choice *which, int64_t now, int64_t *n_out)
{
    const char *sql = by_choice(which, "SELECT COUNT(*) FROM session WHERE company_id = $1 AND " SESSION_LIVE,
                                "SELECT COUNT(*) FROM session WHERE technician_id = $1 AND " SESSION_LIVE,
                                "SELECT COUNT(*) FROM session WHERE id <> $1 AND " SESSION_LIVE);
    struct db_rows *rows;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows, sql, "iii", chosen(which), now, which->except_id);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *n_out = db_int(rows, 0);
    return db_done(cx, rows);
}

#define SESSION_ORDER " ORDER BY created_at, id LIMIT $4"

enum errcode
store_session_list(struct cx *cx, const struct session_choice *which, int64_t now, int64_t limit,
                   struct session_row **rows_out, size_t *n_out)
{
    const char *sql = by_choice(
        which,
        "SELECT " SESSION_COLUMNS " FROM session WHERE company_id = $1 AND " SESSION_LIVE SESSION_ORDER,
        "SELECT " SESSION_COLUMNS " FROM session WHERE technician_id = $1 AND " SESSION_LIVE SESSION_ORDER,
        "SELECT " SESSION_COLUMNS " FROM session WHERE id <> $1 AND " SESSION_LIVE SESSION_ORDER);
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, sql, "iiii", chosen(which), now, which->except_id, limit);
    if (err != ERR_NONE)
        return err;
    struct session_row *list = arena_array(&cx->arena, (size_t)limit, sizeof(*list));
    size_t n = 0;
    while (n < (size_t)limit && db_next(cx, rows))
        read_row(cx, rows, &list[n++]);
    *rows_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_session_lapsed(struct cx *cx, int64_t now, int64_t limit, struct session_row **rows_out, size_t *n_out)
{
    static const char sql[] = "SELECT " SESSION_COLUMNS
                              " FROM session WHERE ended_at = 0 AND idle_at <= $1 ORDER BY idle_at LIMIT $2";
    struct db_rows *rows;
    *rows_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows, sql, "ii", now, limit);
    if (err != ERR_NONE)
        return err;
    struct session_row *list = arena_array(&cx->arena, (size_t)limit, sizeof(*list));
    size_t n = 0;
    while (n < (size_t)limit && db_next(cx, rows))
        read_row(cx, rows, &list[n++]);
    *rows_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_session_lapse(struct cx *cx, int64_t id, struct str reason)
{
    return db_exec(cx, NULL,
                   "UPDATE session SET ended_at = idle_at, end_reason = $2 WHERE id = $1 AND ended_at = 0",
                   "it", id, reason);
}

enum errcode
store_session_touch(struct cx *cx, int64_t id, int64_t now, int64_t idle_at, bool *changed_out)
{
    static const char sql[] = "UPDATE session SET seen_at = $1, idle_at = $2 WHERE id = $3 AND ended_at = 0 "
                              "AND idle_at > $1 AND expires_at > $1";
    int64_t n = 0;
    enum errcode err = db_exec(cx, &n, sql, "iii", now, idle_at, id);
    *changed_out = n == 1;
    return err;
}

enum errcode
store_session_end(struct cx *cx, int64_t id, int64_t now, struct str reason, bool *changed_out)
{
    static const char sql[] =
        "UPDATE session SET ended_at = $1, end_reason = $2 WHERE id = $3 AND ended_at = 0 "
        "AND idle_at > $1 AND expires_at > $1";
    int64_t n = 0;
    enum errcode err = db_exec(cx, &n, sql, "iti", now, reason, id);
    *changed_out = n == 1;
    return err;
}

enum errcode
store_session_end_all(struct cx *cx, const struct session_choice *which, int64_t now, struct str reason,
                      int64_t *n_out)
{
    static const char sql[] = "UPDATE session SET ended_at = $1, end_reason = $2 WHERE technician_id = $3 "
                              "AND id <> $4 AND ended_at = 0 AND idle_at > $1 AND expires_at > $1";
    return db_exec(cx, n_out, sql, "itii", now, reason, which->technician_id, which->except_id);
}

enum errcode
store_session_end_company(struct cx *cx, int64_t company_id, int64_t now, struct str reason, int64_t *n_out)
{
    static const char sql[] = "UPDATE session SET ended_at = $1, end_reason = $2 WHERE company_id = $3 "
                              "AND ended_at = 0 AND idle_at > $1 AND expires_at > $1";
    return db_exec(cx, n_out, sql, "iti", now, reason, company_id);
}

enum errcode
store_session_end_alone(struct cx *cx, int64_t company_id, int64_t now, struct str reason, int64_t *n_out)
{
    static const char sql[] = "UPDATE session SET ended_at = $1, end_reason = $2 WHERE company_id = $3 "
                              "AND second_factor = 0 AND ended_at = 0 AND idle_at > $1 AND expires_at > $1";
    return db_exec(cx, n_out, sql, "iti", now, reason, company_id);
}

enum errcode
store_session_shorten(struct cx *cx, int64_t company_id, int64_t idle, int64_t life, int64_t now)
{
    static const char by_life[] =
        "UPDATE session SET expires_at = CASE WHEN created_at + $2 > $3 THEN created_at + $2 ELSE $3 END "
        "WHERE company_id = $1 AND ended_at = 0 AND idle_at > $3 AND expires_at > $3 AND expires_at > "
        "created_at + $2";
    static const char by_silence[] =
        "UPDATE session SET idle_at = CASE WHEN seen_at + $2 > $3 THEN seen_at + $2 ELSE $3 END "
        "WHERE company_id = $1 AND ended_at = 0 AND idle_at > $3 AND idle_at > seen_at + $2";
    static const char by_end[] =
        "UPDATE session SET idle_at = expires_at "
        "WHERE company_id = $1 AND ended_at = 0 AND idle_at > $2 AND idle_at > expires_at";
    enum errcode err = db_exec(cx, NULL, by_life, "iii", company_id, life, now);
    if (err == ERR_NONE)
        err = db_exec(cx, NULL, by_silence, "iii", company_id, idle, now);
    return err != ERR_NONE ? err : db_exec(cx, NULL, by_end, "ii", company_id, now);
}

enum errcode
store_session_spend_ticket(struct cx *cx, int64_t id, int64_t now, bool *won_out)
{
    static const char sql[] =
        "UPDATE session SET ticket_used_at = $1 WHERE id = $2 AND ticket_used_at = 0 "
        "AND ticket_expires_at > $1 AND ended_at = 0 AND idle_at > $1 AND expires_at > $1";
    int64_t n = 0;
    enum errcode err = db_exec(cx, &n, sql, "ii", now, id);
    *won_out = n == 1;
    return err;
}

enum errcode
store_session_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    static const char sql[] = "DELETE FROM session WHERE id IN "
                              "(SELECT id FROM session WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    return db_exec(cx, n_out, sql, "ii", before, limit);
}
