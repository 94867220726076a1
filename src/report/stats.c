/* SPDX-License-Identifier: Apache-2.0 */
/* stats: see stats.h. A push and its answer are two events; between them the push is remembered in a table
 * of fixed size, where another push may take its place: then one approval is not timed, and still counted. */
#include "report/stats.h"

#include <stdlib.h>
#include <string.h>

#include "accounts/audit.h"
#include "base/clock.h"
#include "base/secret.h"
#include "crypto/hash.h"

enum { PAGE = 500, REMEMBERED = 1 << 14 };

struct sent {
    uint64_t key; /* the first bytes of the digest of the push's opaque id; 0: none */
    int64_t at;
};

struct counting {
    const struct stats_question *q;
    int64_t since;
    struct stats_row *rows; /* on the heap; in order, since events are */
    size_t n, room;
    struct sent *sent;
};

const char *
stats_cause_name(enum stats_cause cause)
{
    static const char *const names[STATS_CAUSES] = {
        [STATS_WRONG_PASSWORD] = "wrong_password", [STATS_NOT_LOOKED_AT] = "not_looked_at",
        [STATS_WRONG_CODE] = "wrong_code",         [STATS_PUSH_HELD] = "push_held",
        [STATS_PUSH_REJECTED] = "push_rejected",   [STATS_PUSH_REPORTED] = "push_reported",
        [STATS_PUSH_EXPIRED] = "push_expired",     [STATS_PUSH_FAILED] = "push_failed",
        [STATS_WRONG_NUMBER] = "wrong_number",     [STATS_ACCOUNT_LOCKED] = "account_locked",
        [STATS_SOURCE_REFUSED] = "source_refused", [STATS_REFUSED_COUNTED] = "refused_counted",
    };
    ASSERT(cause < STATS_CAUSES);
    return names[cause];
}

int
stats_quantile(const struct stats_row *row, int percent)
{
    int64_t n = 0, seen = 0;
    for (int s = 0; s < STATS_SECONDS; s++)
        n += row->approval[s];
    for (int s = 0; s < STATS_SECONDS && n > 0; s++)
        if ((seen += row->approval[s]) * 100 >= n * percent)
            return s;
    return -1;
}

static bool
grow(struct counting *c)
{
    const size_t room = c->room == 0 ? 64 : 2 * c->room;
    if (c->n == STATS_ROWS)
        return false;
    if (c->n < c->room)
        return true;
    struct stats_row *rows = realloc(c->rows, room * sizeof *rows);
    if (rows == NULL)
        err_no_memory();
    c->rows = rows;
    c->room = room;
    return true;
}

/* Events are in the order of their numbers, which is that of time but for moments. */
static bool
is_after(const struct stats_row *row, int64_t day, int64_t company)
{
    return row->day != day ? row->day > day : row->company > company;
}

/* The row of that day and company. Days come in order, so only the last days' rows are looked through.
 * NULL: there are too many. */
static struct stats_row *
row_of(struct counting *c, int64_t day, int64_t company)
{
    size_t at = c->n;
    while (at > 0 && is_after(&c->rows[at - 1], day, company))
        at--;
    if (at > 0 && c->rows[at - 1].day == day && c->rows[at - 1].company == company)
        return &c->rows[at - 1];
    if (!grow(c))
        return NULL;
    memmove(&c->rows[at + 1], &c->rows[at], (c->n - at) * sizeof *c->rows);
    c->n++;
    c->rows[at] = (struct stats_row){.day = day, .company = company};
    return &c->rows[at];
}

static struct sent *
sent_of(struct counting *c, struct str push, uint64_t *key_out)
{
    const struct digest d = sha256(push);
    memcpy(key_out, d.bytes, sizeof *key_out);
    return &c->sent[*key_out % REMEMBERED];
}

static void
count_result(struct stats_row *row, struct str result)
{
    for (unsigned r = 0; r < SIGNIN_COUNT_; r++)
        if (str_eq(result, str_from_cstr(signin_result_name((enum signin_result)r))))
            row->results[r]++;
}

static void
count_approval(struct counting *c, struct stats_row *row, int64_t at, struct str push)
{
    uint64_t key;
    struct sent *s = sent_of(c, push, &key);
    row->approvals++;
    if (s->key != key || at < s->at)
        return;
    const int64_t seconds = (at - s->at) / CLOCK_S;
    row->approval[seconds < STATS_SECONDS ? seconds : STATS_SECONDS - 1]++;
}

static void
count_refusal(struct cx *part, struct stats_row *row, const struct audit_row *event)
{
    struct str reason = audit_detail(part, event, "reason");
    count_result(row, audit_detail(part, event, "result"));
    row->causes[STATS_WRONG_PASSWORD] += str_eq(reason, STR_LIT("wrong password"));
    row->causes[STATS_NOT_LOOKED_AT] += str_eq(reason, STR_LIT("not looked at"));
}

/* The events that are nothing but a cause; STATS_CAUSES: another event. */
static enum stats_cause
cause_of(enum audit_event event)
{
    switch ((int)event) {
    case AUDIT_CODE_REFUSED:
        return STATS_WRONG_CODE;
    case AUDIT_PUSH_HELD:
        return STATS_PUSH_HELD;
    case AUDIT_PUSH_REJECTED:
        return STATS_PUSH_REJECTED;
    case AUDIT_PUSH_REPORTED:
        return STATS_PUSH_REPORTED;
    case AUDIT_PUSH_EXPIRED:
        return STATS_PUSH_EXPIRED;
    case AUDIT_PUSH_FAILED:
        return STATS_PUSH_FAILED;
    case AUDIT_PUSH_WRONG_NUMBER:
        return STATS_WRONG_NUMBER;
    case AUDIT_ACCOUNT_LOCKED:
        return STATS_ACCOUNT_LOCKED;
    case AUDIT_SOURCE_REFUSED:
        return STATS_SOURCE_REFUSED;
    default:
        return STATS_CAUSES;
    }
}

/* Of events that were only counted; STATS_CAUSES: of others than those that count here. */
static enum stats_cause
cause_of_counted(struct cx *part, const struct audit_row *event, int64_t *times_out)
{
    const enum audit_event what = audit_event_read(audit_detail(part, event, "event"));
    if (str_to_i64(audit_detail(part, event, "times"), 1, INT64_MAX, times_out) != ERR_NONE)
        return STATS_CAUSES;
    return what == AUDIT_LOGIN_REFUSED ? STATS_REFUSED_COUNTED : cause_of(what);
}

static bool
is_counted(enum audit_event event)
{
    return event == AUDIT_LOGIN_GRANTED || event == AUDIT_LOGIN_REFUSED || event == AUDIT_PUSH_SENT ||
           event == AUDIT_PUSH_APPROVED || cause_of(event) != STATS_CAUSES;
}

/* False: there are too many rows. */
static bool
count_event(struct cx *part, struct counting *c, const struct audit_row *event)
{
    const enum audit_event what = audit_event_read(event->event);
    const bool is_number = what == AUDIT_COUNTED;
    int64_t times = 1;
    if (event->at < c->since || (!is_number && !is_counted(what)) ||
        (c->q->company != 0 && event->company_id != c->q->company))
        return true;
    const enum stats_cause cause = is_number ? cause_of_counted(part, event, &times) : cause_of(what);
    if (is_number && cause == STATS_CAUSES)
        return true;
    struct stats_row *row = row_of(c, event->at - event->at % CLOCK_DAY, event->company_id);
    if (row == NULL)
        return false;
    if (cause != STATS_CAUSES) {
        row->causes[cause] += times;
    } else if (what == AUDIT_LOGIN_GRANTED) {
        count_result(row, audit_detail(part, event, "result"));
    } else if (what == AUDIT_LOGIN_REFUSED) {
        count_refusal(part, row, event);
    } else if (what == AUDIT_PUSH_APPROVED) {
        count_approval(c, row, event->at, audit_detail(part, event, "challenge"));
    } else {
        uint64_t key;
        struct sent *s = sent_of(c, audit_detail(part, event, "challenge"), &key);
        *s = (struct sent){key, event->at};
        row->pushes++;
    }
    return true;
}

/* In pages, whose memory is released with each; not in a transaction, as the log is only appended to. */
static enum errcode
count_all(struct cx *part, struct counting *c)
{
    size_t n = PAGE;
    int64_t after = 0;
    enum errcode err = audit_number_at(part, c->since, &after);
    while (err == ERR_NONE && n == PAGE) {
        struct audit_row *rows = NULL;
        err = audit_list(part, (struct audit_of){0}, after, PAGE, &rows, &n);
        for (size_t i = 0; err == ERR_NONE && i < n; i++) {
            after = rows[i].seq;
            if (rows[i].at >= c->since && !count_event(part, c, &rows[i]))
                err = err_set(part, ERR_LIMIT, "too many days and companies: choose fewer, or one company");
        }
        arena_reset(&part->arena);
    }
    return err;
}

enum errcode
stats_read(struct cx *cx, const struct stats_question *q, struct stats_row **rows_out, size_t *n_out)
{
    struct counting c = {.q = q, .since = q->since - q->since % CLOCK_DAY};
    struct cx part = *cx;
    c.sent = calloc(REMEMBERED, sizeof *c.sent);
    if (c.sent == NULL)
        err_no_memory();
    arena_init(&part.arena);
    enum errcode err = count_all(&part, &c);
    arena_clear(&part.arena);
    free(c.sent);
    if (err != ERR_NONE) {
        free(c.rows);
        return err_set(cx, err, "%s", part.detail);
    }
    *rows_out = arena_array(&cx->arena, c.n + 1, sizeof **rows_out);
    if (c.n > 0)
        memcpy(*rows_out, c.rows, c.n * sizeof *c.rows);
    *n_out = c.n;
    free(c.rows);
    return ERR_NONE;
}
