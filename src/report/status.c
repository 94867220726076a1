/* SPDX-License-Identifier: Apache-2.0 */
/* status: see the header. */
#include "report/status.h"

#include <inttypes.h>
#include <stdarg.h>

#include "accounts/alarm.h"
#include "base/clock.h"
#include "db/db.h"
#include "db/migrate.h"
#include "store/store_audit.h"
#include "store/store_challenge.h"
#include "store/store_outbox.h"

/* As the alert rules in dist/prometheus. */
enum { CERTIFICATE_FEW_DAYS = 14, ALARMS_SHOWN = 3, ALARMS_READ = 200 };
#define STORE_SILENT (10 * CLOCK_S)  /* worker 0 asks it every second */
#define SEAL_LATE (10 * CLOCK_S)     /* it seals four times a second */
#define DELIVERY_LATE (60 * CLOCK_S) /* a pause between two attempts is at most half of this */

void
status_init(struct status *s)
{
    *s = (struct status){.version = STR_NULL,
                         .certificate_days = -1,
                         .schema = -1,
                         .pushes = -1,
                         .deliveries = -1,
                         .queued = -1,
                         .failures = -1,
                         .unsealed = -1,
                         .alarms = -1};
}

const char *
status_state_name(enum status_state state)
{
    static const char *const names[] = {"right", "warning", "wrong"};
    return names[state];
}

/* A line without an advice. */
static struct status_line *
    PRINTF_LIKE(4, 5) put(struct cx *cx, struct status *s, const char *check, const char *fmt, ...)
{
    ASSERT(s->n < STATUS_LINES);
    struct status_line *line = &s->lines[s->n++];
    va_list ap;
    va_start(ap, fmt);
    *line = (struct status_line){check, STATUS_RIGHT, arena_vprintf(&cx->arena, fmt, ap), STR_NULL};
    va_end(ap);
    return line;
}

static void
blame(struct status *s, struct status_line *line, enum status_state state, struct str advice)
{
    line->state = state;
    line->advice = advice;
    s->n_wrong += state == STATUS_WRONG ? 1 : 0;
}

/* "3 d 4 h", "12 min", "40 s" */
static struct str
span(struct cx *cx, int64_t time)
{
    const int64_t s = time > 0 ? time / CLOCK_S : 0, minutes = s / 60, hours = minutes / 60,
                  days = hours / 24;
    if (days > 0)
        return arena_printf(&cx->arena, "%" PRId64 " d %" PRId64 " h", days, hours % 24);
    if (hours > 0)
        return arena_printf(&cx->arena, "%" PRId64 " h %" PRId64 " min", hours, minutes % 60);
    return minutes > 0 ? arena_printf(&cx->arena, "%" PRId64 " min", minutes)
                       : arena_printf(&cx->arena, "%" PRId64 " s", s);
}

/* Takes the words of an error that is reported in a line. */
static struct str
words_of(struct cx *cx)
{
    struct str words = arena_str(&cx->arena, str_from_cstr(cx->detail));
    err_forget(cx);
    return words;
}

static void
look_at_run(struct cx *cx, const struct live *l, struct status *s)
{
    s->is_running = true;
    s->version = arena_str(&cx->arena, l->version);
    s->started_at = live_value(l, STR_LIT("start_time_seconds"), STR_NULL);
    s->is_draining = live_value(l, STR_LIT("draining"), STR_NULL) != 0;
    struct status_line *line =
        put(cx, s, "server", "version %.*s, %s since %.*s (%.*s)", STR_ARG(l->version),
            s->is_draining ? "draining, and running" : "running",
            STR_ARG(clock_text(&cx->arena, s->started_at)), STR_ARG(span(cx, clock_wall() - s->started_at)));
    if (s->is_draining)
        blame(s, line, STATUS_WARNING, STR_LIT("it was asked to stop, and ends soon"));
    else if (!str_eq(l->version, STR_LIT(COUNTERSIGN_VERSION)))
        blame(s, line, STATUS_WARNING, STR_LIT("restart it: the installed version is " COUNTERSIGN_VERSION));
}

static void
look_at_processes(struct cx *cx, const struct config *c, const struct live *l, struct status *s)
{
    static const struct str name = STR("processes");
    const int64_t fronts = live_value(l, name, STR_LIT("\"front\"")),
                  workers = live_value(l, name, STR_LIT("\"worker\"")),
                  couriers = live_value(l, name, STR_LIT("\"courier\""));
    struct status_line *line =
        put(cx, s, "processes", "%" PRId64 " front%s, %" PRId64 " workers, %" PRId64 " courier", fronts,
            fronts == 1 ? "" : "s", workers, couriers);
    if (fronts < 1 || workers < 1)
        blame(s, line, STATUS_WRONG, STR_LIT("no sign-in is answered: see its log for child.died"));
    else if (fronts < c->server_fronts || workers < c->server_workers || couriers < 1)
        blame(s, line, STATUS_WARNING, STR_LIT("some are not ready: see its log for child.died"));
}

static void
look_at_listeners(struct cx *cx, const struct config *c, const struct live *l, struct status *s)
{
    struct buf list;
    buf_init(&list, (size_t)8 * 1024);
    for (size_t i = 0; i < c->server_listen.n; i++)
        buf_addf(&list, "%s%.*s", i == 0 ? "" : ", ", STR_ARG(c->server_listen.items[i]));
    struct str items = buf_view(&list);
    (void)put(cx, s, "listeners", "%.*s; %" PRId64 " open connections", STR_ARG(items),
              live_value(l, STR_LIT("connections"), STR_NULL));
    buf_clear(&list);
}

static void
look_at_certificate(struct cx *cx, const struct live *l, struct status *s)
{
    const int64_t end = live_value(l, STR_LIT("certificate_end_time_seconds"), STR_NULL);
    if (end == 0) {
        (void)put(cx, s, "certificate", "there is none: no TLS here");
        return;
    }
    const int64_t left = end - clock_wall();
    s->certificate_days = left > 0 ? left / CLOCK_DAY : 0;
    struct status_line *line =
        put(cx, s, "certificate", "the first one in use expires in %" PRId64 " days", s->certificate_days);
    if (left <= 0)
        blame(s, line, STATUS_WRONG, STR_LIT("renew it: consoles and phones refuse it"));
    else if (s->certificate_days < CERTIFICATE_FEW_DAYS)
        blame(s, line, STATUS_WARNING, STR_LIT("renew it"));
}

static void
look_at_queues(struct cx *cx, const struct live *l, struct status *s)
{
    const int64_t fast = live_value(l, STR_LIT("queued_calls"), STR_LIT("\"fast\"")),
                  slow = live_value(l, STR_LIT("queued_calls"), STR_LIT("\"slow\"")),
                  away = live_value(l, STR_LIT("throttled_total"), STR_NULL);
    s->queued = fast + slow;
    (void)put(cx, s, "queues",
              "%" PRId64 " fast and %" PRId64 " slow calls wait for a worker, %" PRId64
              " checks for a phone; %" PRId64 " turned away since the start",
              fast, slow, live_value(l, STR_LIT("parked_checks"), STR_NULL), away);
}

static void
look_at_failures(struct cx *cx, const struct live *l, struct status *s)
{
    const int64_t calls = live_value(l, STR_LIT("call_failures_total"), STR_NULL),
                  store = live_value(l, STR_LIT("store_failures_total"), STR_NULL),
                  sent = live_value(l, STR_LIT("deliveries_total"), STR_LIT("outcome=\"failed\"")),
                  ends = live_value(l, STR_LIT("restarts_total"), STR_NULL),
                  lost = live_value(l, STR_LIT("log_lost_lines_total"), STR_NULL);
    s->failures = calls + store + sent + ends + lost;
    struct status_line *line =
        put(cx, s, "errors",
            "since the start: %" PRId64 " calls, %" PRId64 " transactions and %" PRId64
            " deliveries failed, %" PRId64 " processes ended, %" PRId64 " log lines were lost",
            calls, store, sent, ends, lost);
    if (s->failures > 0)
        blame(s, line, STATUS_WARNING, STR_LIT("see its log for the causes"));
}

void
status_of_server(struct cx *cx, const struct config *config, const struct live *live, struct status *s)
{
    if (live == NULL) {
        const struct str advice =
            cx->err == ERR_DENIED ? STR_LIT("run this as root; whether a server runs is not known")
                                  : STR_LIT("start it, or see its log for the reason why it does not run");
        struct str why = words_of(cx);
        blame(s, put(cx, s, "server", "%.*s", STR_ARG(why)), STATUS_WRONG, advice);
        return;
    }
    look_at_run(cx, live, s);
    look_at_processes(cx, config, live, s);
    look_at_listeners(cx, config, live, s);
    look_at_certificate(cx, live, s);
    look_at_queues(cx, live, s);
    look_at_failures(cx, live, s);
    const int64_t at = live_value(live, STR_LIT("store_answered_time_seconds"), STR_NULL),
                  silent = clock_wall() - at;
    if (at == 0 || silent >= STORE_SILENT)
        blame(s,
              put(cx, s, "database", "the server has had no answer from it for %.*s",
                  STR_ARG(span(cx, at == 0 ? clock_wall() - s->started_at : silent))),
              STATUS_WRONG, STR_LIT("no sign-in succeeds: see its log for the cause"));
}

void
status_of_no_store(struct cx *cx, struct status *s)
{
    struct str why = words_of(cx);
    blame(s, put(cx, s, "database", "%.*s", STR_ARG(why)), STATUS_WRONG,
          STR_LIT("run countersign doctor, as root or as the server's account"));
}

static void
look_at_pushes(struct cx *cx, int64_t due, struct status *s)
{
    struct status_line *line =
        put(cx, s, "pushes", "%" PRId64 " wait for an answer, %" PRId64 " deliveries for the courier",
            s->pushes, s->deliveries);
    if (s->is_running && due != 0 && cx->now - due > DELIVERY_LATE)
        blame(s, line, STATUS_WARNING, STR_LIT("deliveries are late: see its log for the courier"));
}

/* since: when the oldest event without a number was written; 0: there is none. */
static void
look_at_audit(struct cx *cx, int64_t since, struct status *s)
{
    if (s->unsealed == 0) {
        (void)put(cx, s, "audit", "every event is sealed");
        return;
    }
    struct status_line *line = put(cx, s, "audit", "%" PRId64 " events are not sealed, the oldest for %.*s",
                                   s->unsealed, STR_ARG(span(cx, cx->now - since)));
    if (s->is_running && cx->now - since > SEAL_LATE)
        blame(s, line, STATUS_WRONG, STR_LIT("run countersign audit verify"));
}

static void
look_at_alarms(struct cx *cx, const struct alarm_row *rows, size_t n, struct status *s)
{
    s->alarms = (int64_t)n;
    if (n == 0)
        (void)put(cx, s, "alarms", "none stands");
    for (size_t i = 0; i < n && i < ALARMS_SHOWN; i++)
        blame(s,
              put(cx, s, "alarms", "%.*s since %.*s", STR_ARG(alarm_title(rows[i].class)),
                  STR_ARG(clock_text(&cx->arena, rows[i].raised_at))),
              STATUS_WARNING, rows[i].detail);
    if (n > ALARMS_SHOWN)
        blame(s, put(cx, s, "alarms", "%s", n == ALARMS_READ ? "and many more" : "and more"), STATUS_WARNING,
              STR_LIT("see --json for their number"));
}

static enum errcode
read_store(struct cx *cx, struct status *s, int64_t *due_out, int64_t *unsealed_since_out)
{
    enum errcode err = migrate_version(cx, &s->schema, NULL);
    if (err == ERR_NONE)
        err = store_challenge_count_pending(cx, &s->pushes);
    if (err == ERR_NONE)
        err = store_outbox_count(cx, &s->deliveries);
    if (err == ERR_NONE)
        err = store_outbox_next(cx, due_out);
    if (err == ERR_NONE)
        err = store_audit_count_unsealed(cx, &s->unsealed);
    return err == ERR_NONE ? store_audit_unsealed_since(cx, unsealed_since_out) : err;
}

void
status_of_store(struct cx *cx, const struct config *config, struct status *s)
{
    int64_t due = 0, since = 0;
    struct alarm_row *alarms = NULL;
    size_t n_alarms = 0;
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = read_store(cx, s, &due, &since);
    if (err == ERR_NONE)
        err = store_alarm_list(cx, ALARMS_READ, &alarms, &n_alarms);
    db_rollback(cx);
    if (err != ERR_NONE) {
        status_of_no_store(cx, s);
        return;
    }
    struct str file = config_store_file(config);
    (void)put(cx, s, "database", "%s%s, schema %" PRId64, str_is_null(file) ? "PostgreSQL" : "SQLite, ",
              str_is_null(file) ? "" : file.p, s->schema);
    look_at_pushes(cx, due, s);
    look_at_audit(cx, since, s);
    look_at_alarms(cx, alarms, n_alarms, s);
}
