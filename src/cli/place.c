/* SPDX-License-Identifier: Apache-2.0 */
/* place: see place.h. */
#include "cli/place.h"

#include "base/codec.h"
#include "store/store_ledger.h"

/* Of an archived event its leaf's hash; it has none if it is from before the tree. */
static enum errcode
find_archived(struct cx *cx, struct place *p, bool *found_out)
{
    struct ledger_log log = {.archived = 0};
    struct ledger_hash *leaf = NULL;
    size_t n = 0;
    enum errcode err = store_ledger_log(cx, &log);
    *found_out = err == ERR_NONE && p->after <= log.archived;
    if (!*found_out || p->after <= log.chained)
        return err;
    err = store_ledger_nodes(cx, 0, p->after - log.chained - 1, 1, &leaf, &n);
    p->has_digest = err == ERR_NONE && n == 1;
    if (p->has_digest)
        p->digest = leaf[0].hash;
    return err;
}

/* What has that number now. */
static enum errcode
find(struct cx *cx, int64_t seq, struct place *place_out, bool *found_out)
{
    struct audit_row row;
    *place_out = (struct place){.after = seq};
    enum errcode err = store_audit_get(cx, seq, &row);
    *found_out = err == ERR_NONE;
    if (*found_out)
        place_move(place_out, &row);
    if (err != ERR_NOT_FOUND)
        return err;
    err_forget(cx);
    return find_archived(cx, place_out, found_out);
}

enum errcode
place_read(struct cx *cx, struct str word, struct place *place_out)
{
    struct str digest = word, seq = str_cut(&digest, ':');
    size_t n = 0;
    struct digest *d = &place_out->digest;
    *place_out = (struct place){.has_digest = !str_is_null(digest)};
    if (str_to_i64(seq, 0, INT64_MAX, &place_out->after) == ERR_NONE &&
        (str_is_null(digest) ||
         (codec_hex_read(digest, d->bytes, sizeof d->bytes, &n) == ERR_NONE && n == sizeof d->bytes)))
        return ERR_NONE;
    return err_set(cx, ERR_USAGE, "--after is a number, or NUMBER:DIGEST, not '%.*s'", STR_ARG(word));
}

static enum errcode
was_put_back(struct cx *cx, const struct place *place)
{
    return err_set(cx, ERR_CRYPTO,
                   "the database was put back: its log does not have event %lld as it was. Look for "
                   "store.restored, and go on with --after and the number of the event in front of it",
                   (long long)place->after);
}

/* Both known, or nothing can be said. */
static bool
is_same(const struct place *a, const struct place *b)
{
    return !a->has_digest || !b->has_digest ||
           secret_equal(a->digest.bytes, b->digest.bytes, sizeof a->digest.bytes);
}

enum errcode
place_begin(struct cx *cx, struct place *place)
{
    struct place now;
    int64_t last = 0;
    bool found = false;
    if (place->after == 0)
        return ERR_NONE;
    enum errcode err = find(cx, place->after, &now, &found);
    if (err == ERR_NONE && !found)
        err = store_audit_last(cx, &last);
    if (err != ERR_NONE)
        return err;
    if (!found)
        return err_set(cx, ERR_CRYPTO,
                       "there is no event %lld: the newest one is %lld. Either the database was put back "
                       "(look for store.restored), or that is a number of another log",
                       (long long)place->after, (long long)last);
    if (!is_same(place, &now))
        return was_put_back(cx, place);
    *place = now;
    return ERR_NONE;
}

enum errcode
place_check(struct cx *cx, const struct place *place)
{
    struct place now;
    bool found = false;
    if (!place->has_digest)
        return ERR_NONE;
    enum errcode err = find(cx, place->after, &now, &found);
    return err != ERR_NONE || (found && is_same(place, &now)) ? err : was_put_back(cx, place);
}

void
place_move(struct place *place, const struct audit_row *row)
{
    *place = (struct place){.after = row->seq, .digest = row->digest, .has_digest = true};
}
