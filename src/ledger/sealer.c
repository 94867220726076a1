/* SPDX-License-Identifier: Apache-2.0 */
/* sealer: see sealer.h. */
#include "ledger/sealer.h"

#include <poll.h>

#include "accounts/audit.h"
#include "accounts/audit_mac.h"
#include "base/clock.h"
#include "base/codec.h"
#include "base/json.h"
#include "base/rand.h"
#include "base/secret.h"
#include "db/db.h"
#include "ledger/checkpoint.h"
#include "ledger/leaf.h"
#include "ledger/tree.h"
#include "metrics/metrics.h"

/* One transaction. */
struct sealing {
    struct ledger_log log;
    struct ledger_checkpoint newest;
    struct merkle tree;
    int64_t last; /* the number of the last event */
};

static enum errcode
was_changed(struct cx *cx)
{
    return err_set(cx, ERR_CRYPTO,
                   "the end of the audit log is not what its newest checkpoint says: nothing is sealed; see "
                   "countersign audit verify");
}

/* The tree as it is stored, which must be what was signed last. */
static enum errcode
open_tree(struct cx *cx, struct sealing *s)
{
    struct checkpoint signed_last = {.size = 0};
    enum errcode err = store_ledger_log(cx, &s->log);
    if (err == ERR_NONE)
        err = store_audit_last(cx, &s->last);
    if (err == ERR_NONE)
        err = store_ledger_newest(cx, &s->newest);
    if (err != ERR_NONE)
        return err;
    if (s->last < s->log.archived)
        s->last = s->log.archived;
    if (s->last - s->log.chained != s->newest.size)
        return was_changed(cx);
    if (s->newest.size == 0)
        return ERR_NONE;
    const struct merkle_source from = tree_source(&s->log);
    err = merkle_load(cx, &from, (uint64_t)s->newest.size, &s->tree);
    if (err == ERR_NONE)
        err = checkpoint_read(cx, s->newest.note, &signed_last);
    if (err != ERR_NONE)
        return err;
    const struct digest root = merkle_root(&s->tree);
    if (signed_last.size != s->newest.size || !str_eq(signed_last.origin, s->log.origin) ||
        !secret_equal(root.bytes, signed_last.root.bytes, sizeof root.bytes))
        return was_changed(cx);
    return ERR_NONE;
}

static enum errcode
is_not_ours(struct cx *cx, const struct audit_row *row)
{
    return err_set(
        cx, ERR_CRYPTO,
        "another program wrote or changed the event '%.*s' with the id %lld, which is not sealed yet: "
        "nothing is sealed; see countersign audit verify",
        STR_ARG(row->event), (long long)row->id);
}

static enum errcode
add_leaf(struct cx *cx, struct sealing *s, struct audit_row *row)
{
    row->seq = ++s->last;
    row->digest = leaf_hash(row);
    return tree_add(cx, &s->tree, &row->digest);
}

static struct str
began_detail(struct cx *cx, const struct sealing *s, const struct digest *chain)
{
    struct buf b;
    buf_init(&b, (size_t)6 * s->log.origin.n + 256);
    buf_add_cstr(&b, "{\"origin\":");
    json_add_string(&b, s->log.origin);
    buf_addf(&b, ",\"chained\":\"%lld\",\"digest\":\"%s\"}", (long long)s->log.chained,
             codec_hex(&cx->arena, chain->bytes, sizeof chain->bytes).p);
    ASSERT(!buf_is_over(&b));
    struct str detail = arena_str(&cx->arena, buf_view(&b));
    buf_clear(&b);
    return detail;
}

/* Leaf 0: an event that commits to the chain of earlier versions. */
static enum errcode
begin_log(struct cx *cx, struct sealing *s)
{
    struct audit_row end = {.seq = 0};
    struct audit_row row = {.at = cx->now,
                            .id = rand_id(),
                            .event = str_from_cstr(audit_event_name(AUDIT_BEGAN)),
                            .actor = STR_LIT("system"),
                            .source = STR_LIT("")};
    s->log.origin = checkpoint_origin(cx);
    enum errcode err = store_ledger_begin(cx, s->log.origin);
    if (err == ERR_NONE && s->log.chained > 0)
        err = store_audit_get(cx, s->log.chained, &end);
    if (err != ERR_NONE)
        return err;
    row.detail = began_detail(cx, s, &end.digest);
    err = add_leaf(cx, s, &row);
    return err != ERR_NONE ? err : store_audit_add(cx, &row);
}

/* The one before is dropped unless it is the last of its part of the log. */
static enum errcode
sign(struct cx *cx, const struct sealing *s)
{
    const struct checkpoint c = {s->log.origin, (int64_t)s->tree.size, merkle_root(&s->tree)};
    const struct ledger_checkpoint signed_now = {c.size, checkpoint_sign(cx, &c)};
    const bool is_of_part = s->newest.size / SEALER_KEEPS_EVERY == c.size / SEALER_KEEPS_EVERY;
    enum errcode err = store_ledger_add_checkpoint(cx, &signed_now);
    if (err == ERR_NONE && s->newest.size != 0 && is_of_part)
        err = store_ledger_drop_checkpoint(cx, s->newest.size);
    return err;
}

static enum errcode
seal_within(struct cx *cx, struct audit_row **rows_out, size_t *n_out)
{
    struct sealing s = {.last = 0};
    enum errcode err = open_tree(cx, &s);
    if (err == ERR_NONE)
        err = store_audit_unsealed(cx, SEALER_BATCH, rows_out, n_out);
    if (err != ERR_NONE || *n_out == 0)
        return err;
    if (s.tree.size == 0)
        err = begin_log(cx, &s);
    for (size_t i = 0; i < *n_out && err == ERR_NONE; i++) {
        if (!audit_mac_holds(cx, &(*rows_out)[i]))
            return is_not_ours(cx, &(*rows_out)[i]);
        err = add_leaf(cx, &s, &(*rows_out)[i]);
        if (err == ERR_NONE)
            err = store_audit_seal(cx, &(*rows_out)[i]);
    }
    return err != ERR_NONE ? err : sign(cx, &s);
}

/* As a reader: otherwise it would conflict with those that write events. */
static enum errcode
look(struct cx *cx, bool *any_out)
{
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    err = store_audit_is_unsealed(cx, any_out);
    db_rollback(cx);
    return err;
}

/* *n_out: how many. */
static enum errcode
seal(struct cx *cx, size_t *n_out)
{
    struct audit_row *rows = NULL;
    bool any = false;
    *n_out = 0;
    enum errcode err = look(cx, &any);
    if (err != ERR_NONE || !any)
        return err;
    err = db_begin_apart(cx);
    if (err == ERR_NONE)
        err = db_end(cx, seal_within(cx, &rows, n_out));
    for (size_t i = 0; err == ERR_NONE && i < *n_out; i++)
        metrics_observe(METRIC_SEAL_DELAY, 0, clock_now() - rows[i].at);
    return err;
}

enum errcode
sealer_run(struct cx *cx, bool *sealed_out, bool *more_out)
{
    size_t n = 0;
    enum errcode err = seal(cx, &n);
    const bool was_alone = err != ERR_BUSY;
    if (!was_alone) {
        err_forget(cx);
        err = ERR_NONE;
    }
    *sealed_out = err == ERR_NONE && n > 0;
    *more_out = *sealed_out && n == SEALER_BATCH;
    if (err == ERR_NONE && was_alone && !*more_out)
        metrics_set(METRIC_SEALED, 0, clock_wall());
    return err;
}

/* The memory of each batch is released with it. Another sealer is done within moments. */
enum errcode
sealer_finish(struct cx *cx)
{
    enum { WAITS = 200, WAIT_MS = 10 };
    struct cx part = *cx;
    size_t n = SEALER_BATCH;
    enum errcode err = ERR_NONE;
    arena_init(&part.arena);
    for (int waits = 0; n == SEALER_BATCH && err == ERR_NONE;) {
        err = seal(&part, &n);
        if (err == ERR_BUSY && waits++ < WAITS) {
            err_forget(&part);
            (void)poll(NULL, 0, WAIT_MS);
            err = ERR_NONE;
            n = SEALER_BATCH;
        }
        arena_reset(&part.arena);
    }
    arena_clear(&part.arena);
    return err == ERR_NONE ? ERR_NONE : err_set(cx, err, "%s", part.detail);
}
