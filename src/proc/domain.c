/* SPDX-License-Identifier: Apache-2.0 */
/* domain: see the header. */
#include "proc/domain.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "accounts/challenge.h"
#include "accounts/enrolment.h"
#include "accounts/key_check.h"
#include "accounts/lockout.h"
#include "accounts/notice.h"
#include "accounts/operator_session.h"
#include "accounts/reported.h"
#include "accounts/session.h"
#include "accounts/tally.h"
#include "base/clock.h"
#include "db/db.h"
#include "db/news.h"
#include "db/shared_news.h"
#include "keys/env.h"
#include "ledger/sealer.h"
#include "log/log.h"
#include "ops/ops.h"
#include "ops/ops_topic.h"
#include "proc/alarms.h"
#include "proc/child.h"
#include "proc/opener.h"
#include "proc/outbox.h"
#include "proc/sealing.h"
#include "proc/worker.h"
#include "self/self_service.h"
#include "signin/attempt.h"
#include "store/store_outbox.h"
#include "webauthn/webauthn.h"

enum { SWEEP_ROWS = 64, UNDELIVERED = 64, CALL_TRIES = 5, CALL_TRIES_BESIDE = 3, LOST_MOST = 2 };

/* Changes found in one round wake the checks they concern. Above this number, all checks are woken. */
_Static_assert(SWEEP_ROWS + UNDELIVERED <= CX_WOKEN, "a round wakes those whom it concerns");

/* A folder that was moved away and created again is outside the confinement: only a new process can reach
 * it. */
#define STORE_PATIENCE CLOCK_MINUTE

struct domain {
    const struct domain_extra *extra; /* NULL: no hooks */
    const struct config *config;
    struct arena arena; /* data that lives as long as the process */
    struct auth_env env;
    struct opener opener;
    struct outbox outbox; /* for worker 0 */
    bool has_key;         /* the store belongs to our key */
    struct opener_reach reach;
    int64_t swept_at, tidied_at, warned_at; /* clock_mono; 0: never */
    uint32_t slot;
    struct news_line line;     /* other workers: to worker 0 */
    struct shared_news others; /* worker 0: from servers on other machines */
    int news;                  /* worker 0: readable when another process has written; -1: none */
    struct sealing sealing;    /* worker 0 */
    struct alarms alarms;      /* worker 0 */
    int lost;                  /* races in a row, of what worker 0 does by itself */
    uint64_t writes;           /* db_writes before the call that runs */
};

/* Only LIVE settings of the configuration have changed. */
static void
reload(void *arg, const struct config *c)
{
    struct domain *d = arg;
    env_configure(&d->env, c, &d->arena);
}

/* Without it, changes are noticed a little later. */
static void
listen_for_news(struct cx *cx, struct domain *d, struct worker_set_up *given)
{
    if (news_listen(cx, config_local_file(d->config), &given->news) != ERR_NONE) {
        log_cx_error(cx, LOG_NEWS_UNAVAILABLE);
        err_forget(cx);
    }
    d->news = given->news;
}

/* Nothing is done with a key that does not belong to the database. */
static enum errcode
check_key(struct cx *cx, struct domain *d)
{
    if (d->has_key)
        return ERR_NONE;
    enum errcode err = key_check(cx, d->config->store_key_file.p);
    if (err != ERR_NONE) {
        opener_close(cx, &d->opener);
        d->opener.since = clock_mono(); /* not again within a second */
    }
    d->has_key = err == ERR_NONE;
    return err;
}

/* Whether the store is available and belongs to the key. Logs the reason when it has changed. */
static bool
is_open(struct cx *cx, struct domain *d)
{
    if (!opener_try(cx, &d->opener, d->config))
        return false;
    if (check_key(cx, d) == ERR_NONE)
        return true;
    log_cx_error(cx, LOG_STORE_REFUSED);
    err_forget(cx);
    return false;
}

static bool
is_missing(const char *path)
{
    return access(path, F_OK) != 0 && errno == ENOENT;
}

static void
rehearse_folder(struct domain *d, struct str file)
{
    while (file.n > 1 && file.p[file.n - 1] != '/')
        file.n--;
    const char *folder = arena_cstr(&d->arena, file);
    if (!str_is_null(file) && access(folder, R_OK | W_OK | X_OK) != 0)
        child_find(true, arena_printf(&d->arena, "store.path: the folder %s cannot be used: %s", folder,
                                      strerror(errno)));
}

/* A store that is not set up yet needs an action, but is not a mistake in the configuration. */
static enum errcode
rehearse(struct cx *cx, struct domain *d, struct worker_set_up *given)
{
    const struct config *c = given->config;
    struct db *db = NULL;
    struct str file = config_store_file(c);
    if (!str_is_null(file) && is_missing(file.p) && is_missing(c->store_key_file.p)) {
        child_find(false, STR_LIT("store: there is no database yet: `countersign init` makes one"));
        return ERR_NONE;
    }
    bool has_key = env_read_keys(cx, c->store_key_file.p, &d->env) == ERR_NONE;
    if (!has_key)
        child_find_error(cx);
    rehearse_folder(d, file);
    if (db_open(cx, config_store(c), DB_OPEN, c->store_busy_timeout, &db) != ERR_NONE)
        child_find_error(cx);
    cx->db = db;
    cx->env = &d->env;
    if (db != NULL && has_key && key_check(cx, c->store_key_file.p) != ERR_NONE)
        child_find_error(cx);
    cx->db = NULL;
    db_close(&db);
    if (opener_confine(cx, &d->reach, c, &given->confine) != ERR_NONE)
        child_find_error(cx);
    return ERR_NONE;
}

static enum errcode
set_up(void *arg, struct cx *cx, struct worker_set_up *given)
{
    struct domain *d = arg;
    const struct config *c = d->config = given->config;
    d->slot = given->slot;
    if (given->is_rehearsal)
        return rehearse(cx, d, given);
    enum errcode err = env_read_keys(cx, c->store_key_file.p, &d->env);
    if (err != ERR_NONE)
        return err;
    env_configure(&d->env, c, &d->arena);
    webauthn_warm_up();
    cx->env = &d->env;
    err = opener_first(cx, &d->opener, c);
    if (err != ERR_NONE && !given->is_first) {
        log_cx_error(cx, LOG_STORE_UNAVAILABLE);
        err_forget(cx);
        err = ERR_NONE;
    } else if (err == ERR_NONE) {
        err = check_key(cx, d);
    }
    if (err != ERR_NONE)
        return err;
    err = opener_confine(cx, &d->reach, c, &given->confine);
    if (err != ERR_NONE)
        return err;
    if (d->slot != 0)
        news_open(cx, config_local_file(c), &d->line);
    if (d->slot == 0) {
        listen_for_news(cx, d, given);
        alarms_open(&d->alarms, c, &given->metrics);
        shared_news_open(cx, config_store(c), c->store_busy_timeout, &d->others);
        if (d->has_key)
            opener_note_use();
        err = outbox_open(cx, &d->outbox, c);
        if (err != ERR_NONE)
            return err;
    }
    return d->extra == NULL ? ERR_NONE : d->extra->set_up(d->extra->arg, cx, c);
}

static enum errcode
run_call(struct cx *cx, struct domain *d, const struct ct_op *op, const void *in, void *out)
{
    d->writes = db_writes(cx->db);
    enum errcode err =
        d->extra == NULL ? ops_run(cx, op->id, in, out) : d->extra->call(d->extra->arg, cx, op, in, out);
    if (err != ERR_NONE)
        db_rollback(cx);
    return err;
}

/* Then the call may run again, whole: nothing of it was committed but notes (db_begin_note). Nothing left
 * this process either: wake-ups and letters follow a commit. */
static bool
has_lost_a_race(const struct domain *d, const struct cx *cx)
{
    return cx->err == ERR_STORE_RACE && db_writes(cx->db) == d->writes;
}

static enum errcode
call(void *arg, struct cx *cx, const struct ct_op *op, const void *in, void *out)
{
    struct domain *d = arg;
    /* Without a store the answer stays zero, which is every operation's UnknownError. */
    if (!is_open(cx, d)) {
        ops_note(cx, op, out);
        return ERR_NONE;
    }
    db_write_beside(cx->db, true);
    enum errcode err = run_call(cx, d, op, in, out);
    for (int tries = 1; tries < CALL_TRIES && has_lost_a_race(d, cx); tries++) {
        db_write_beside(cx->db, tries < CALL_TRIES_BESIDE);
        log_event(LOG_CALL_REPEATED, "op=%.*s", STR_ARG(op->name));
        cx_again(cx);
        memset(out, 0, op->out.size);
        *cx->reply = (struct call_reply){.status = CALL_DONE};
        err = run_call(cx, d, op, in, out);
    }
    ops_note(cx, op, out);
    if (cx->has_posted && d->slot != 0)
        news_send(&d->line);
    shared_news_tell(cx);
    if (db_writes(cx->db) != d->writes)
        sealing_soon(&d->sealing);
    outbox_look_soon(&d->outbox);
    return err;
}

/* Of what worker 0 does by itself: what lost a race is done again, soon, and after some races alone. */
static enum errcode
after_race(struct cx *cx, struct domain *d, enum errcode err)
{
    d->lost = err == ERR_STORE_RACE ? d->lost + 1 : 0;
    if (d->lost == 0)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

static void
courier_join(void *arg, int fd)
{
    struct domain *d = arg;
    outbox_join(&d->outbox, fd);
}

static int
courier_watch(void *arg, struct pollfd *watched_out)
{
    const struct domain *d = arg;
    return d->slot == 0 ? outbox_watch(&d->outbox, watched_out) : -1;
}

static void
courier_tend(void *arg, struct cx *cx, short revents)
{
    struct domain *d = arg;
    if (d->slot != 0 || !outbox_listen(&d->outbox, revents))
        return;
    if (!is_open(cx, d)) {
        outbox_rest(&d->outbox);
        return;
    }
    db_write_beside(cx->db, d->lost < LOST_MOST);
    if (after_race(cx, d, outbox_work(cx, &d->outbox)) != ERR_NONE)
        log_cx_error(cx, LOG_OUTBOX_FAILED);
    else if (d->lost > 0)
        outbox_look_soon(&d->outbox);
}

static int
shared_watch(void *arg)
{
    const struct domain *d = arg;
    return shared_news_fd(&d->others);
}

/* The store's own absence is reported where it is used. */
static void
shared_take(void *arg, struct cx *cx)
{
    struct domain *d = arg;
    if (shared_news_take(cx, &d->others) != ERR_NONE)
        err_forget(cx);
}

static void
leave(void *arg, struct cx *cx)
{
    struct domain *d = arg;
    bool sealed = false, more = false;
    if (d->slot != 0 || !is_open(cx, d))
        return;
    if (outbox_leave(cx, &d->outbox) != ERR_NONE)
        log_cx_error(cx, LOG_OUTBOX_FAILED);
    err_forget(cx);
    if (sealer_run(cx, &sealed, &more) != ERR_NONE)
        log_cx_error(cx, LOG_SEALING_FAILED);
}

static int
patience(void *arg)
{
    const struct domain *d = arg;
    return d->slot == 0 ? sealing_patience(&d->sealing) : -1;
}

static void
tend(void *arg, struct cx *cx)
{
    struct domain *d = arg;
    const bool is_due = d->slot == 0 && sealing_is_due(&d->sealing), has_store = is_due && is_open(cx, d);
    if (is_due && !has_store)
        sealing_rest(&d->sealing);
    if (has_store && alarms_sealed(&d->alarms, sealing_work(cx, &d->sealing)) != ERR_NONE)
        log_cx_error(cx, LOG_SEALING_FAILED);
}

static struct topic
topic(void *arg, struct cx *cx, int64_t technician_id)
{
    (void)arg;
    return ops_topic(cx, technician_id);
}

/* A challenge that the courier could not deliver to any phone will not be answered: its console need not
 * wait for expiry. */
static enum errcode
fail_undelivered(struct cx *cx)
{
    int64_t *ids = NULL;
    size_t n = 0;
    enum errcode err = store_outbox_undelivered(cx, cx->now - LOGIN_LIFE, UNDELIVERED, &ids, &n);
    for (size_t i = 0; err == ERR_NONE && i < n; i++)
        err = challenge_fail(cx, ids[i]);
    return err;
}

/* Data that grows slowly is checked once a minute. */
static enum errcode
sweep_the_old(struct cx *cx, struct domain *d, bool *more_out)
{
    static enum errcode (*const sweeps[])(struct cx * cx, int64_t limit, bool *more_out) = {
        session_sweep, lockout_sweep, enrolment_sweep, self_sweep,
        notice_sweep,  tally_sweep,   operator_sweep,  reported_sweep};
    enum errcode err = ERR_NONE;
    const int64_t began = clock_mono(); /* a clock that moves meanwhile delays nothing */
    if (began - d->swept_at < CLOCK_MINUTE)
        return ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(sweeps) && err == ERR_NONE; i++) {
        bool more = false;
        err = sweeps[i](cx, SWEEP_ROWS, &more);
        *more_out = *more_out || more;
    }
    if (err == ERR_NONE)
        err = db_keep_time(cx);
    if (err == ERR_NONE && !*more_out)
        d->swept_at = began;
    return err;
}

static bool
idle(void *arg, struct cx *cx, bool *ends)
{
    struct domain *d = arg;
    bool more = false;
    if (d->news >= 0)
        news_take(d->news);
    sealing_soon(&d->sealing);
    outbox_look_soon(&d->outbox);
    if (!is_open(cx, d)) {
        *ends = clock_mono() - d->opener.since >= STORE_PATIENCE;
        return false;
    }
    if (d->slot != 0)
        return false;
    opener_compare_clocks(&d->warned_at);
    shared_take(d, cx);
    if (d->extra != NULL)
        d->extra->tick(d->extra->arg, cx);
    db_write_beside(cx->db, d->lost < LOST_MOST);
    enum errcode err = d->env.has_webhook || d->env.has_web_push ? fail_undelivered(cx) : ERR_NONE;
    if (err == ERR_NONE)
        err = challenge_sweep(cx, SWEEP_ROWS, &more);
    if (err == ERR_NONE)
        err = sweep_the_old(cx, d, &more);
    if (err == ERR_NONE)
        err = alarms_look(cx, &d->alarms);
    if (err == ERR_NONE && clock_mono() - d->tidied_at >= CLOCK_S) {
        err = db_tidy(cx);
        d->tidied_at = clock_mono();
    }
    err = after_race(cx, d, err);
    if (err == ERR_NONE)
        opener_note_use();
    return err == ERR_NONE && (more || d->lost > 0);
}

int
domain_run(const struct domain_extra *extra)
{
    struct domain d = {.extra = extra, .line = {.fd = -1, .folder = -1}, .news = -1};
    arena_init(&d.arena);
    outbox_init(&d.outbox);
    d.outbox.node = child_node();
    sealing_init(&d.sealing);
    const struct worker_hooks hooks = {.set_up = set_up,
                                       .reload = reload,
                                       .call = call,
                                       .courier_join = courier_join,
                                       .courier_watch = courier_watch,
                                       .courier_tend = courier_tend,
                                       .shared_watch = shared_watch,
                                       .shared_take = shared_take,
                                       .patience = patience,
                                       .tend = tend,
                                       .leave = leave,
                                       .topic = topic,
                                       .idle = idle,
                                       .arg = &d};
    int status = worker_run(&hooks);
    struct cx none = {.db = NULL};
    opener_close(&none, &d.opener);
    news_close(&d.line);
    shared_news_close(&d.others);
    outbox_clear(&d.outbox);
    env_clear(&d.env);
    arena_clear(&d.arena);
    return status;
}
