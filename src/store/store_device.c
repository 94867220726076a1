/* SPDX-License-Identifier: Apache-2.0 */
/* store_device: see store_device.h. */
#include "store/store_device.h"

#include "base/rand.h"
#include "db/db.h"
#include "db/rows.h"

/* Selects a valid ticket: not spent, not expired, and of an account that is not deleted. */
#define TICKET_IS_GOOD                                                                                  \
    "ticket_digest = $1 AND used_at = 0 AND expires_at > $2 "                                           \
    "AND EXISTS (SELECT 1 FROM technician t WHERE t.id = enrolment.technician_id AND t.deleted_at = 0 " \
    "AND (enrolment.is_self = 0 OR enrolment.password_generation = t.password_generation))"

static const char *const states[] = {"active", "disabled", "removed"};

const char *
device_state_name(enum device_state state)
{
    ASSERT((size_t)state < ARRAY_LEN(states));
    return states[state];
}

#define ROWS_C_device_state enum device_state
#define ROWS_IS_device_state ROWS_WORDS(ROWS_WORD, states)

#define DEVICE(FIRST, COLUMN, EXPRESSION)  \
    FIRST(device, integer, id)             \
    COLUMN(device, integer, technician_id) \
    COLUMN(device, text, name)             \
    COLUMN(device, device_state, state)    \
    COLUMN(device, blob, public_key)       \
    COLUMN(device, integer, created_at)    \
    COLUMN(device, integer, seen_at)       \
    EXPRESSION(device, flag, has_passkey,  \
               "CASE WHEN EXISTS (SELECT 1 FROM passkey p WHERE p.device_id = device.id) THEN 1 ELSE 0 END")
ROWS_TYPE(phones, device, DEVICE, .missing = "there is no such device");

#define LINK(FIRST, COLUMN, EXPRESSION)         \
    FIRST(enrolment_link, flag, is_self)        \
    COLUMN(enrolment_link, integer, created_at) \
    COLUMN(enrolment_link, integer, expires_at) \
    COLUMN(enrolment_link, text, made_by)
#define LINK_COLUMNS ROWS_STORED(LINK)
ROWS_TYPE(links, enrolment_link, LINK, .missing = "there is no such link");

struct ticket {
    int64_t technician_id;
    bool is_self;
};
#define TICKET(FIRST, COLUMN, EXPRESSION) \
    FIRST(ticket, integer, technician_id) \
    COLUMN(ticket, flag, is_self)
ROWS_TYPE(tickets, ticket, TICKET, .missing = "the ticket is unknown, spent or expired");

#define SELECT "SELECT " ROWS_COLUMNS(DEVICE) " FROM device "

enum errcode
store_enrolment_insert(struct cx *cx, int64_t technician_id, const struct digest *ticket,
                       const struct enrolment_link *link, int64_t self_generation)
{
    static const char sql[] =
        "INSERT INTO enrolment (" LINK_COLUMNS ", id, technician_id, ticket_digest, used_at, "
        "password_generation) VALUES (" ROWS_PARAMETERS(LINK) ", $5, $6, $7, 0, $8)";
    enum errcode err = db_exec(
        cx, NULL, "DELETE FROM enrolment WHERE technician_id = $1 AND used_at = 0 AND expires_at <= $2", "ii",
        technician_id, cx->now);
    return err != ERR_NONE ? err
                           : rows_insert(cx, &links, link, sql, "iidi", rand_id(), technician_id, ticket,
                                         self_generation);
}

enum errcode
store_enrolment_keep_self(struct cx *cx, int64_t technician_id, int64_t most)
{
    return db_exec(cx, NULL,
                   "DELETE FROM enrolment WHERE technician_id = $1 AND used_at = 0 AND is_self <> 0 "
                   "AND id NOT IN (SELECT id FROM enrolment WHERE technician_id = $1 AND used_at = 0 "
                   "AND is_self <> 0 ORDER BY created_at DESC, id LIMIT $2)",
                   "ii", technician_id, most);
}

enum errcode
store_enrolment_list(struct cx *cx, int64_t technician_id, struct enrolment_link **links_out, size_t *n_out)
{
    static const char sql[] =
        "SELECT " LINK_COLUMNS " FROM enrolment e WHERE technician_id = $1 AND used_at = 0 "
        "AND expires_at > $2 AND EXISTS (SELECT 1 FROM technician t WHERE t.id = e.technician_id "
        "AND t.deleted_at = 0 AND (e.is_self = 0 OR (t.factor_since = 0 "
        "AND e.password_generation = t.password_generation))) ORDER BY created_at, id";
    return rows_list(cx, &links, links_out, n_out, sql, "ii", technician_id, cx->now);
}

enum errcode
store_enrolment_void(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM enrolment WHERE technician_id = $1 AND used_at = 0 AND expires_at > $2", "ii",
                   technician_id, cx->now);
}

enum errcode
store_enrolment_void_company(struct cx *cx, int64_t company_id, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM enrolment WHERE used_at = 0 AND expires_at > $2 "
                   "AND technician_id IN (SELECT id FROM technician WHERE company_id = $1)",
                   "ii", company_id, cx->now);
}

enum errcode
store_enrolment_get(struct cx *cx, const struct digest *ticket, int64_t *technician_out, bool *is_self_out)
{
    struct ticket found;
    enum errcode err =
        rows_one(cx, &tickets, &found, "SELECT " ROWS_COLUMNS(TICKET) " FROM enrolment WHERE " TICKET_IS_GOOD,
                 "di", ticket, cx->now);
    *technician_out = found.technician_id;
    *is_self_out = found.is_self;
    return err;
}

enum errcode
store_enrolment_spend(struct cx *cx, const struct digest *ticket, int64_t device_id, int64_t *technician_out,
                      bool *is_self_out)
{
    struct ticket found;
    enum errcode err = rows_one(cx, &tickets, &found,
                                "UPDATE enrolment SET used_at = $2, device_id = $3 WHERE " TICKET_IS_GOOD
                                " RETURNING " ROWS_COLUMNS(TICKET),
                                "dii", ticket, cx->now, device_id);
    *technician_out = found.technician_id;
    *is_self_out = found.is_self;
    return err;
}

enum errcode
store_enrolment_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM enrolment WHERE id IN "
                   "(SELECT id FROM enrolment WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
                   "ii", before, limit);
}

enum errcode
store_device_insert(struct cx *cx, const struct device *d, const struct digest *token)
{
    static const char sql[] =
        "INSERT INTO device (" ROWS_STORED(DEVICE) ", token_digest, changed_at) "
                                                   "VALUES (" ROWS_PARAMETERS(DEVICE) ", $8, $9)";
    return rows_insert(cx, &phones, d, sql, "di", token, d->created_at);
}

enum errcode
store_device_get(struct cx *cx, int64_t id, struct device *device_out)
{
    return rows_one(cx, &phones, device_out, SELECT "WHERE id = $1", "i", id);
}

enum errcode
store_device_by_token(struct cx *cx, const struct digest *token, struct device *device_out)
{
    static const char sql[] = SELECT
        "WHERE token_digest = $1 AND state = 'active' "
        "AND EXISTS (SELECT 1 FROM technician t WHERE t.id = device.technician_id AND t.deleted_at = 0)";
    return rows_one(cx, &phones, device_out, sql, "d", token);
}

enum errcode
store_device_list(struct cx *cx, int64_t technician_id, bool with_removed, struct device **devices_out,
                  size_t *n_out)
{
    const struct str hidden = with_removed ? STR_LIT("") : STR_LIT("removed");
    if (technician_id == 0)
        return rows_list(cx, &phones, devices_out, n_out, SELECT "WHERE state <> $1 ORDER BY created_at, id",
                         "t", hidden);
    return rows_list(cx, &phones, devices_out, n_out,
                     SELECT "WHERE technician_id = $1 AND state <> $2 ORDER BY created_at, id", "it",
                     technician_id, hidden);
}

enum errcode
store_device_count_active(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    return rows_number(cx, n_out, "SELECT count(*) FROM device WHERE technician_id = $1 AND state = 'active'",
                       "i", technician_id);
}

enum errcode
store_device_seen(struct cx *cx, int64_t id, int64_t at)
{
    return db_exec(cx, NULL, "UPDATE device SET seen_at = $2 WHERE id = $1", "ii", id, at);
}

enum errcode
store_device_deeds(struct cx *cx, int64_t id, int64_t *deeds_out)
{
    return rows_one(cx, &rows_integers, deeds_out, "SELECT deeds FROM device WHERE id = $1", "i", id);
}

enum errcode
store_device_deed(struct cx *cx, int64_t id, int64_t deeds, bool *won_out)
{
    return db_exec_one(cx, won_out, "UPDATE device SET deeds = deeds + 1 WHERE id = $1 AND deeds = $2", "ii",
                       id, deeds);
}

enum errcode
store_device_rename(struct cx *cx, int64_t id, struct str name, bool *changed_out)
{
    return db_exec_one(cx, changed_out,
                       "UPDATE device SET name = $2, changed_at = $3 WHERE id = $1 AND state <> 'removed'",
                       "iti", id, name, cx->now);
}

enum errcode
store_device_set_state(struct cx *cx, int64_t id, enum device_state state, bool *changed_out)
{
    return db_exec_one(cx, changed_out,
                       "UPDATE device SET state = $2, changed_at = $3, deeds = deeds + 1 "
                       "WHERE id = $1 AND state <> 'removed'",
                       "iti", id, str_from_cstr(device_state_name(state)), cx->now);
}
