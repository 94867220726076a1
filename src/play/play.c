/* SPDX-License-Identifier: Apache-2.0 */
/* play: see the header. */
#include "play/play.h"

#include <string.h>

#include "accounts/account.h"
#include "accounts/session.h"
#include "contract/call.h"
#include "contract/scenario.h"
#include "db/db.h"
#include "keys/env.h"
#include "log/log.h"
#include "ops/ops.h"
#include "play/stage.h"
#include "store/store_challenge.h"
#include "store/store_login.h"

enum { ROWS = 256 };

#define PATIENCE (300 * CLOCK_MS)

enum errcode
play_make(struct cx *cx, struct str store_path, struct str key_file)
{
    struct db *db = NULL;
    enum errcode err = env_write_key_file(cx, arena_cstr(&cx->arena, key_file));
    if (err == ERR_NONE)
        err = phone_make(cx, phone_key_file(&cx->arena, store_path));
    if (err == ERR_NONE)
        err = db_open(cx, store_path, DB_CREATE, CLOCK_S, &db);
    if (db != NULL)
        db_close(&db);
    return err;
}

enum errcode
play_open(struct cx *cx, struct play *p, struct str store_path)
{
    p->store_path = store_path;
    return phone_open(cx, phone_key_file(&cx->arena, store_path), &p->phone);
}

void
play_close(struct play *p)
{
    phone_close(&p->phone);
}

/* Another connection takes the write lock, as another program might, and the operation runs on one that
 * gives up soon: to this operation the store does not answer in time, while all others, which wait longer,
 * only see a delay. */
static enum errcode
run_without_store(struct cx *cx, struct play *p, const struct ct_op *op, const void *in, void *out)
{
    struct cx other;
    struct db *usual = cx->db, *impatient = NULL;
    cx_init(&other);
    enum errcode err = db_open(&other, p->store_path, DB_OPEN, CLOCK_S, &other.db);
    if (err == ERR_NONE)
        err = db_open(&other, p->store_path, DB_OPEN, PATIENCE, &impatient);
    if (err == ERR_NONE)
        err = db_begin(&other);
    if (err == ERR_NONE) {
        cx->db = impatient;
        err = ops_run(cx, op->id, in, out);
        db_rollback(cx);
        cx->db = usual;
    } else {
        err = err_set(cx, err, "cannot get the lock: %s", other.detail);
    }
    if (impatient != NULL)
        db_close(&impatient);
    if (other.db != NULL) {
        db_rollback(&other);
        db_close(&other.db);
    }
    cx_clear(&other);
    return err;
}

static bool
is_login(enum ct_op_id op)
{
    return op == CT_OP_loginTechnicianFromStandalone_v7_2 || op == CT_OP_loginTechnicianWithNewPassword_v7_2;
}

static struct str
email_of(enum ct_op_id op, const void *in)
{
    const struct loginTechnicianFromStandalone_v7_2_in *plain = in;
    const struct loginTechnicianWithNewPassword_v7_2_in *changing = in;
    return op == CT_OP_loginTechnicianFromStandalone_v7_2 ? plain->sEmail : changing->email;
}

/* Whether the store is away during this operation, according to its scenario. Never for an unknown user. */
static bool
finds_no_store(struct cx *cx, struct play *p, const struct ct_op *op, const void *in)
{
    struct login_row login;
    struct session session;
    struct account account;
    struct stage stage;
    int64_t technician = 0;
    enum scenario_away away = AWAY_NEVER;
    if (op->id == CT_OP_twoFactorCheckPushAuthStatus) {
        const struct twoFactorCheckPushAuthStatus_in *check = in;
        const struct digest digest = token_digest(check->sLoginToken);
        away = AWAY_CHECK;
        if (store_login_by_token(cx, &digest, &login) == ERR_NONE)
            technician = login.technician_id;
    } else if (op->id == CT_OP_changePassword || op->id == CT_OP_changePassword_v7_2) {
        away = AWAY_CHANGE;
        if (!str_is_empty(cx->call->session) &&
            session_enter(cx, cx->call->session, &session, &account) == ERR_NONE)
            technician = session.technician_id;
    }
    bool is_away = technician != 0 && stage_find(cx, &p->phone, technician, &stage) == ERR_NONE &&
                   stage.scenario->away == away;
    err_forget(cx);
    return is_away;
}

static bool
login_was_ok(const void *out)
{
    return *(const int *)out == (int)login_v2_OK;
}

static enum errcode
run_login(struct cx *cx, struct play *p, const struct ct_op *op, const void *in, void *out)
{
    struct str email = email_of(op->id, in);
    const struct scenario *scenario = scenario_find(email);
    struct stage stage;
    if (scenario == NULL)
        return ops_run(cx, op->id, in, out);
    enum errcode err = stage_make(cx, &p->phone, scenario, email, &stage);
    if (err != ERR_NONE)
        return err;
    err = scenario->away == AWAY_LOGIN ? run_without_store(cx, p, op, in, out) : ops_run(cx, op->id, in, out);
    if (err != ERR_NONE || !login_was_ok(out))
        return err;
    return step_do(cx, &stage, scenario->then);
}

enum errcode
play_call(struct cx *cx, struct play *p, const struct ct_op *op, const void *in, void *out)
{
    if (op->face == CT_FACE_SANDBOX)
        return play_own(cx, p, op->id, in, out);
    if (is_login(op->id))
        return run_login(cx, p, op, in, out);
    return finds_no_store(cx, p, op, in) ? run_without_store(cx, p, op, in, out)
                                         : ops_run(cx, op->id, in, out);
}

static bool
was_seen(struct play *p, int64_t challenge)
{
    for (size_t i = 0; i < PLAY_SEEN; i++)
        if (p->seen[i] == challenge)
            return true;
    p->seen[p->n_seen++ % PLAY_SEEN] = challenge;
    return false;
}

static void
act(struct cx *cx, struct play *p, const struct challenge_row *c)
{
    struct stage stage;
    enum errcode err = stage_find(cx, &p->phone, c->technician_id, &stage);
    if (err == ERR_NONE) {
        stage.login = c->login_id;
        err = step_do(cx, &stage, stage.scenario->after);
    }
    if (err != ERR_NONE && err != ERR_NOT_FOUND)
        log_cx_error(cx, LOG_SANDBOX_STEP);
    err_forget(cx);
}

void
play_tick(struct cx *cx, struct play *p)
{
    struct challenge_row *rows = NULL;
    size_t n = 0;
    /* At the end of time every pending challenge is overdue. */
    if (store_challenge_overdue(cx, INT64_MAX, ROWS, &rows, &n) != ERR_NONE) {
        log_cx_error(cx, LOG_SANDBOX_TICK);
        err_forget(cx);
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (rows[i].created_at + PLAY_DELAY <= cx->now && !was_seen(p, rows[i].id))
            act(cx, p, &rows[i]);
}
