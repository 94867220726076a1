/* SPDX-License-Identifier: Apache-2.0 */
/* store_session: the SQL of sessions. */
#include "store/store_session.h"

#include "db/db.h"
#include "db/rows.h"

#define SESSION(FIRST, COLUMN, EXPRESSION)          \
    FIRST(session_row, integer, id)                 \
    COLUMN(session_row, integer, company_id)        \
    COLUMN(session_row, integer, technician_id)     \
    COLUMN(session_row, integer, login_id)          \
    COLUMN(session_row, digest, token_digest)       \
    COLUMN(session_row, digest, ticket_digest)      \
    COLUMN(session_row, integer, ticket_used_at)    \
    COLUMN(session_row, integer, ticket_expires_at) \
    COLUMN(session_row, text, source)               \
    COLUMN(session_row, text, console)              \
    COLUMN(session_row, integer, created_at)        \
    COLUMN(session_row, integer, seen_at)           \
    COLUMN(session_row, integer, idle_at)           \
    COLUMN(session_row, integer, expires_at)        \
    COLUMN(session_row, integer, ended_at)          \
    COLUMN(session_row, text, end_reason)           \
    EXPRESSION(session_row, flag, has_second_factor, "second_factor")
ROWS_TYPE(sessions, session_row, SESSION, .missing = "no such session");

#define SELECT "SELECT " ROWS_COLUMNS(SESSION) " FROM session "

enum errcode
store_session_insert(struct cx *cx, const struct session_row *r)
{
    static const char sql[] =
        "INSERT INTO session (" ROWS_STORED(SESSION) ", second_factor) "
                                                     "VALUES (" ROWS_PARAMETERS(SESSION) ", $17)";
    struct session_row row = *r;
    row.ticket_used_at = row.ended_at = 0;
    row.end_reason = STR_LIT("");
    return rows_insert(cx, &sessions, &row, sql, "i", (int64_t)r->has_second_factor);
}

enum errcode
store_session_by_token(struct cx *cx, const struct digest *token, struct session_row *row_out)
{
    return rows_one(cx, &sessions, row_out, SELECT "WHERE token_digest = $1", "d", token);
}

enum errcode
store_session_by_ticket(struct cx *cx, const struct digest *ticket, struct session_row *row_out)
{
    return rows_one(cx, &sessions, row_out, SELECT "WHERE ticket_digest = $1", "d", ticket);
}

enum errcode
store_session_get(struct cx *cx, int64_t id, struct session_row *row_out)
{
    return rows_one(cx, &sessions, row_out, SELECT "WHERE id = $1", "i", id);
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

/* Those of one owner that are live. Where PostgreSQL expects none, as at night, every index on live sessions
 * would cost the same, and one could be taken that leads through those of all: the pair, which says the same
 * again, is cheaper for the index that has both columns. */
#define SPEAKING_OF(column, id, now) \
    column " = " id " AND ended_at = 0 AND idle_at > " now " AND (" column ", idle_at) > (" id ", " now ")"
#define LIVE_OF(column, id, now) SPEAKING_OF(column, id, now) " AND expires_at > " now
/* One that is known by its id, which no index on live sessions finds: so none may be taken. */
#define NOT_ENDED " AND +ended_at = 0"
#define STILL_LIVE NOT_ENDED " AND +idle_at > $1 AND +expires_at > $1"
#define OF_COMPANY LIVE_OF("company_id", "$1", "$2") " AND id <> $3"
#define OF_TECHNICIAN LIVE_OF("technician_id", "$1", "$2") " AND id <> $3"
#define OF_ALL "id <> $1 AND ended_at = 0 AND idle_at > $2 AND expires_at > $2 AND id <> $3"

enum errcode
store_session_count(struct cx *cx, const struct session_choice *which, int64_t now, int64_t *n_out)
{
    const char *sql = by_choice(which, "SELECT COUNT(*) FROM session WHERE " OF_COMPANY,
                                "SELECT COUNT(*) FROM session WHERE " OF_TECHNICIAN,
                                "SELECT COUNT(*) FROM session WHERE " OF_ALL);
    return rows_number(cx, n_out, sql, "iii", chosen(which), now, which->except_id);
}

#define ORDER " AND (created_at, id) > ($5, $6) ORDER BY created_at, id LIMIT $4"

enum errcode
store_session_list(struct cx *cx, const struct session_choice *which, int64_t now, int64_t limit,
                   struct session_row **rows_out, size_t *n_out)
{
    const char *sql = by_choice(which, SELECT "WHERE " OF_COMPANY ORDER, SELECT "WHERE " OF_TECHNICIAN ORDER,
                                SELECT "WHERE " OF_ALL ORDER);
    return rows_list(cx, &sessions, rows_out, n_out, sql, "iiiiii", chosen(which), now, which->except_id,
                     limit, which->after_at, which->after_id);
}

enum errcode
store_session_lapsed(struct cx *cx, int64_t now, int64_t limit, struct session_row **rows_out, size_t *n_out)
{
    static const char sql[] = SELECT "WHERE ended_at = 0 AND idle_at <= $1 ORDER BY idle_at LIMIT $2";
    return rows_list(cx, &sessions, rows_out, n_out, sql, "ii", now, limit);
}

enum errcode
store_session_lapse(struct cx *cx, int64_t id, struct str reason)
{
    return db_exec(cx, NULL, "UPDATE session SET ended_at = idle_at, end_reason = $2 WHERE id = $1" NOT_ENDED,
                   "it", id, reason);
}

enum errcode
store_session_touch(struct cx *cx, int64_t id, int64_t now, int64_t idle_at, bool *changed_out)
{
    static const char sql[] = "UPDATE session SET seen_at = $1, idle_at = $2 WHERE id = $3" STILL_LIVE;
    return db_exec_one(cx, changed_out, sql, "iii", now, idle_at, id);
}

enum errcode
store_session_end(struct cx *cx, int64_t id, int64_t now, struct str reason, bool *changed_out)
{
    static const char sql[] = "UPDATE session SET ended_at = $1, end_reason = $2 WHERE id = $3" STILL_LIVE;
    return db_exec_one(cx, changed_out, sql, "iti", now, reason, id);
}

enum errcode
store_session_end_all(struct cx *cx, const struct session_choice *which, int64_t now, struct str reason,
                      int64_t *n_out)
{
    static const char sql[] = "UPDATE session SET ended_at = $1, end_reason = $2 WHERE id <> $4 AND " LIVE_OF(
        "technician_id", "$3", "$1");
    return db_exec(cx, n_out, sql, "itii", now, reason, which->technician_id, which->except_id);
}

enum errcode
store_session_end_company(struct cx *cx, int64_t company_id, int64_t now, struct str reason, int64_t *n_out)
{
    static const char sql[] =
        "UPDATE session SET ended_at = $1, end_reason = $2 WHERE " LIVE_OF("company_id", "$3", "$1");
    return db_exec(cx, n_out, sql, "iti", now, reason, company_id);
}

enum errcode
store_session_count_as_proved(struct cx *cx, int64_t company_id)
{
    static const char sql[] = "UPDATE session SET second_factor = 1 WHERE company_id = $1 AND ended_at = 0 "
                              "AND (company_id, idle_at) >= ($1, 0)";
    return db_exec(cx, NULL, sql, "i", company_id);
}

enum errcode
store_session_end_alone(struct cx *cx, int64_t company_id, int64_t now, struct str reason, int64_t *n_out)
{
    static const char sql[] = "UPDATE session SET ended_at = $1, end_reason = $2 WHERE second_factor = 0 "
                              "AND " LIVE_OF("company_id", "$3", "$1");
    return db_exec(cx, n_out, sql, "iti", now, reason, company_id);
}

enum errcode
store_session_shorten(struct cx *cx, int64_t company_id, int64_t idle, int64_t life, int64_t now)
{
    static const char by_life[] =
        "UPDATE session SET expires_at = CASE WHEN created_at + $2 > $3 THEN created_at + $2 ELSE $3 END "
        "WHERE " LIVE_OF("company_id", "$1", "$3") " AND expires_at > created_at + $2";
    static const char by_silence[] =
        "UPDATE session SET idle_at = CASE WHEN seen_at + $2 > $3 THEN seen_at + $2 ELSE $3 END "
        "WHERE " SPEAKING_OF("company_id", "$1", "$3") " AND idle_at > seen_at + $2";
    static const char by_end[] = "UPDATE session SET idle_at = expires_at "
                                 "WHERE " SPEAKING_OF("company_id", "$1", "$2") " AND idle_at > expires_at";
    enum errcode err = db_exec(cx, NULL, by_life, "iii", company_id, life, now);
    if (err == ERR_NONE)
        err = db_exec(cx, NULL, by_silence, "iii", company_id, idle, now);
    return err != ERR_NONE ? err : db_exec(cx, NULL, by_end, "ii", company_id, now);
}

enum errcode
store_session_spend_ticket(struct cx *cx, int64_t id, int64_t now, bool *won_out)
{
    static const char sql[] = "UPDATE session SET ticket_used_at = $1 WHERE id = $2 AND ticket_used_at = 0 "
                              "AND ticket_expires_at > $1" STILL_LIVE;
    return db_exec_one(cx, won_out, sql, "ii", now, id);
}

enum errcode
store_session_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    static const char sql[] = "DELETE FROM session WHERE id IN "
                              "(SELECT id FROM session WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    return db_exec(cx, n_out, sql, "ii", before, limit);
}
