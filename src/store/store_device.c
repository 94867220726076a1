/* SPDX-License-Identifier: Apache-2.0 */
/* store_device: see store_device.h. */
#include "store/store_device.h"

#include "base/rand.h"
#include "db/db.h"
#include "db/rows.h"

#define COLUMNS                                                                       \
    "d.id, d.technician_id, d.name, d.state, d.public_key, d.created_at, d.seen_at, " \
    "EXISTS (SELECT 1 FROM passkey p WHERE p.device_id = d.id)"
/* Selects a valid ticket: not spent, not expired, and of an account that is not deleted. */
#define TICKET_IS_GOOD                                                                                  \
    "ticket_digest = $1 AND used_at = 0 AND expires_at > $2 "                                           \
    "AND EXISTS (SELECT 1 FROM technician t WHERE t.id = enrolment.technician_id AND t.deleted_at = 0 " \
    "AND (enrolment.is_self = 0 OR enrolment.password_generation = t.password_generation))"

static const char *const states[] = {"active", "disabled", "removed"};

const char *
device_state_name(enum device_state state)
{
    ASSERT((size_t)state < sizeof states / sizeof states[0]);
    return states[state];
}

/* An unknown state is read as the strictest one: fail closed. */
static enum device_state
state_of(struct str text)
{
    enum device_state state = DEVICE_ACTIVE;
    while (state < DEVICE_REMOVED && !str_eq(text, str_from_cstr(states[state])))
        state++;
    return state;
}

static void
read_row(struct cx *cx, struct db_rows *rows, struct device *device_out)
{
    *device_out = (struct device){
        .id = db_int(rows, 0),
        .technician_id = db_int(rows, 1),
        .name = db_text(cx, rows, 2),
        .state = state_of(db_text(cx, rows, 3)),
        .public_key = db_blob(cx, rows, 4),
        .fingerprint = STR_NULL,
        .created_at = db_int(rows, 5),
        .seen_at = db_int(rows, 6),
        .has_passkey = db_int(rows, 7) != 0,
    };
}

static enum errcode
read_one(struct cx *cx, struct db_rows *rows, struct device *device_out)
{
    bool found = db_next(cx, rows);
    if (found)
        read_row(cx, rows, device_out);
    enum errcode err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "there is no such device");
    return err;
}

enum errcode
store_enrolment_insert(struct cx *cx, int64_t technician_id, const struct digest *ticket,
                       const struct enrolment_link *link, int64_t self_generation)
{
    enum errcode err = db_exec(
        cx, NULL, "DELETE FROM enrolment WHERE technician_id = $1 AND used_at = 0 AND expires_at <= $2", "ii",
        technician_id, cx->now);
    if (err != ERR_NONE)
        return err;
    return db_exec(
        cx, NULL,
        "INSERT INTO enrolment (id, technician_id, ticket_digest, created_at, expires_at, used_at, is_self, "
        "password_generation, made_by) VALUES ($1, $2, $3, $4, $5, 0, $6, $7, $8)",
        "iidiiiit", rand_id(), technician_id, ticket, link->created_at, link->expires_at,
        (int64_t)link->is_self, self_generation, link->made_by);
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
    struct db_rows *rows;
    struct enrolment_link *list = NULL;
    size_t n = 0;
    enum errcode err =
        db_query(cx, &rows,
                 "SELECT e.is_self, e.created_at, e.expires_at, e.made_by FROM enrolment e "
                 "JOIN technician t ON t.id = e.technician_id WHERE e.technician_id = $1 AND e.used_at = 0 "
                 "AND e.expires_at > $2 AND t.deleted_at = 0 AND (e.is_self = 0 OR (t.factor_since = 0 "
                 "AND e.password_generation = t.password_generation)) ORDER BY e.created_at, e.id",
                 "ii", technician_id, cx->now);
    *links_out = NULL;
    *n_out = 0;
    if (err != ERR_NONE)
        return err;
    for (; db_next(cx, rows); n++) {
        list = rows_grow(cx, list, n, sizeof *list);
        list[n] = (struct enrolment_link){.is_self = db_int(rows, 0) != 0,
                                          .created_at = db_int(rows, 1),
                                          .expires_at = db_int(rows, 2),
                                          .made_by = db_text(cx, rows, 3)};
    }
    *links_out = list;
    *n_out = n;
    return db_done(cx, rows);
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

/* The one row of a valid ticket, with its columns technician_id and is_self. */
static enum errcode
read_ticket(struct cx *cx, struct db_rows *rows, int64_t *technician_out, bool *is_self_out)
{
    bool found = db_next(cx, rows);
    *technician_out = found ? db_int(rows, 0) : 0;
    *is_self_out = found && db_int(rows, 1) != 0;
    enum errcode err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "the ticket is unknown, spent or expired");
    return err;
}

enum errcode
store_enrolment_get(struct cx *cx, const struct digest *ticket, int64_t *technician_out, bool *is_self_out)
{
    struct db_rows *rows;
    enum errcode err =
        db_query(cx, &rows, "SELECT technician_id, is_self FROM enrolment WHERE " TICKET_IS_GOOD, "di",
                 ticket, cx->now);
    return err != ERR_NONE ? err : read_ticket(cx, rows, technician_out, is_self_out);
}

enum errcode
store_enrolment_spend(struct cx *cx, const struct digest *ticket, int64_t device_id, int64_t *technician_out,
                      bool *is_self_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows,
                                "UPDATE enrolment SET used_at = $2, device_id = $3 WHERE " TICKET_IS_GOOD
                                " RETURNING technician_id, is_self",
                                "dii", ticket, cx->now, device_id);
    return err != ERR_NONE ? err : read_ticket(cx, rows, technician_out, is_self_out);
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
    return db_exec(
        cx, NULL,
        "INSERT INTO device (id, technician_id, name, state, public_key, token_digest, created_at, "
        "seen_at, changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)",
        "iittbdii", d->id, d->technician_id, d->name, str_from_cstr(device_state_name(d->state)),
        d->public_key, token, d->created_at, d->seen_at);
}

enum errcode
store_device_get(struct cx *cx, int64_t id, struct device *device_out)
{
    struct db_rows *rows;
    enum errcode err = db_query(cx, &rows, "SELECT " COLUMNS " FROM device d WHERE d.id = $1", "i", id);
    return err != ERR_NONE ? err : read_one(cx, rows, device_out);
}

enum errcode
store_device_by_token(struct cx *cx, const struct digest *token, struct device *device_out)
{
    struct db_rows *rows;
    enum errcode err =
        db_query(cx, &rows,
                 "SELECT " COLUMNS " FROM device d JOIN technician t ON t.id = d.technician_id "
                 "WHERE d.token_digest = $1 AND d.state = 'active' AND t.deleted_at = 0",
                 "d", token);
    return err != ERR_NONE ? err : read_one(cx, rows, device_out);
}

enum errcode
store_device_list(struct cx *cx, int64_t technician_id, bool with_removed, struct device **devices_out,
                  size_t *n_out)
{
    struct db_rows *rows;
    struct device *list = NULL;
    size_t n = 0;
    *devices_out = NULL;
    *n_out = 0;
    enum errcode err = db_query(cx, &rows,
                                "SELECT " COLUMNS " FROM device d WHERE ($1 = 0 OR d.technician_id = $1) "
                                "AND ($2 <> 0 OR d.state <> 'removed') ORDER BY d.created_at, d.id",
                                "ii", technician_id, (int64_t)with_removed);
    if (err != ERR_NONE)
        return err;
    for (; db_next(cx, rows); n++) {
        list = rows_grow(cx, list, n, sizeof *list);
        read_row(cx, rows, &list[n]);
    }
    *devices_out = list;
    *n_out = n;
    return db_done(cx, rows);
}

enum errcode
store_device_count_active(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    struct db_rows *rows;
    *n_out = 0;
    enum errcode err =
        db_query(cx, &rows, "SELECT count(*) FROM device WHERE technician_id = $1 AND state = 'active'", "i",
                 technician_id);
    if (err != ERR_NONE)
        return err;
    if (db_next(cx, rows))
        *n_out = db_int(rows, 0);
    return db_done(cx, rows);
}

enum errcode
store_device_seen(struct cx *cx, int64_t id, int64_t at)
{
    return db_exec(cx, NULL, "UPDATE device SET seen_at = $2 WHERE id = $1", "ii", id, at);
}

enum errcode
store_device_deeds(struct cx *cx, int64_t id, int64_t *deeds_out)
{
    struct db_rows *rows;
    *deeds_out = 0;
    enum errcode err = db_query(cx, &rows, "SELECT deeds FROM device WHERE id = $1", "i", id);
    if (err != ERR_NONE)
        return err;
    bool found = db_next(cx, rows);
    if (found)
        *deeds_out = db_int(rows, 0);
    err = db_done(cx, rows);
    if (err == ERR_NONE && !found)
        err = err_set(cx, ERR_NOT_FOUND, "there is no such device");
    return err;
}

enum errcode
store_device_deed(struct cx *cx, int64_t id, int64_t deeds, bool *won_out)
{
    int64_t n = 0;
    enum errcode err =
        db_exec(cx, &n, "UPDATE device SET deeds = deeds + 1 WHERE id = $1 AND deeds = $2", "ii", id, deeds);
    *won_out = n == 1;
    return err;
}

enum errcode
store_device_rename(struct cx *cx, int64_t id, struct str name, bool *changed_out)
{
    int64_t n;
    enum errcode err =
        db_exec(cx, &n, "UPDATE device SET name = $2, changed_at = $3 WHERE id = $1 AND state <> 'removed'",
                "iti", id, name, cx->now);
    *changed_out = n == 1;
    return err;
}

enum errcode
store_device_set_state(struct cx *cx, int64_t id, enum device_state state, bool *changed_out)
{
    int64_t n;
    enum errcode err = db_exec(cx, &n,
                               "UPDATE device SET state = $2, changed_at = $3, deeds = deeds + 1 "
                               "WHERE id = $1 AND state <> 'removed'",
                               "iti", id, str_from_cstr(device_state_name(state)), cx->now);
    *changed_out = n == 1;
    return err;
}
