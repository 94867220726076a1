/* SPDX-License-Identifier: Apache-2.0 */
/* alarm: see the header. */
#include "accounts/alarm.h"

#include "accounts/sweep.h"
#include "base/rand.h"
#include "db/db.h"
#include "keys/env.h"
#include "store/store_outbox.h"

static const char *const names[] = {
#define ALARM(id, name, doc) name,
#include "accounts/alarm.def"
};

const char *alarm_class_name(enum alarm_class class)
{
    return names[class];
}

struct str
alarm_title(struct str name)
{
    static const char *const titles[] = {
#define ALARM(id, name, doc) doc,
#include "accounts/alarm.def"
    };
    for (size_t i = 0; i < ALARM_CLASSES; i++)
        if (str_eq(name, str_from_cstr(names[i])))
            return str_from_cstr(titles[i]);
    return STR_LIT("");
}

static bool
is_printable(struct str s, size_t most)
{
    bool is_so = s.n <= most;
    for (size_t i = 0; is_so && i < s.n; i++)
        is_so = s.p[i] >= ' ' && s.p[i] <= '~';
    return is_so;
}

/* One letter for each way that is configured. at: when the alarm was raised or cleared. */
static enum errcode
post(struct cx *cx, int64_t alarm_id, int64_t at)
{
    const struct {
        struct str transport;
        bool is_configured;
    } ways[] = {{STR(OUTBOX_ALARM), cx->env->has_alarm_hook}, {STR(OUTBOX_MAIL), cx->env->has_alarm_mail}};
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(ways) && err == ERR_NONE; i++) {
        const struct outbox_row row = {.id = rand_id(),
                                       .alarm_id = alarm_id,
                                       .transport = ways[i].transport,
                                       .next_at = cx->now,
                                       .created_at = at,
                                       .expires_at = cx->now + ALARM_LIFE};
        if (ways[i].is_configured)
            err = store_outbox_insert(cx, &row);
    }
    return err;
}

static enum errcode
find(struct cx *cx, const struct alarm *alarm, struct alarm_row *row_out)
{
    return store_alarm_standing(cx, str_from_cstr(alarm_class_name(alarm->class)), alarm->subject, row_out);
}

enum errcode
alarm_raise(struct cx *cx, const struct alarm *alarm)
{
    ASSERT(is_printable(alarm->subject, ALARM_SUBJECT_MAX) && is_printable(alarm->detail, ALARM_DETAIL_MAX));
    const struct alarm_row row = {.id = rand_id(),
                                  .class = str_from_cstr(alarm_class_name(alarm->class)),
                                  .subject = alarm->subject,
                                  .detail = alarm->detail,
                                  .raised_at = cx->now,
                                  .seen_at = cx->now};
    bool is_new = false;
    enum errcode err = store_alarm_insert(cx, &row, &is_new);
    return err == ERR_NONE && is_new ? post(cx, row.id, row.raised_at) : err;
}

static enum errcode
clear_row(struct cx *cx, const struct alarm_row *row)
{
    bool changed = false;
    /* Later than the letter that raised it, whatever the clock's steps: the time is the difference between
     * the two. */
    const int64_t at = cx->now > row->raised_at ? cx->now : row->raised_at + 1;
    enum errcode err = store_alarm_clear(cx, row->id, at, &changed);
    return err == ERR_NONE && changed ? post(cx, row->id, at) : err;
}

enum errcode
alarm_clear(struct cx *cx, const struct alarm *alarm)
{
    struct alarm_row row;
    enum errcode err = find(cx, alarm, &row);
    return err == ERR_NONE && row.id != 0 ? clear_row(cx, &row) : err;
}

/* Reads first: most looks find nothing new, and a writing transaction would keep others waiting. */
static enum errcode
look(struct cx *cx, const struct alarm *alarm, struct alarm_row *row_out)
{
    enum errcode err = db_begin_read(cx);
    if (err == ERR_NONE)
        err = find(cx, alarm, row_out);
    db_rollback(cx);
    return err;
}

enum errcode
alarm_note(struct cx *cx, const struct alarm *alarm, bool is_there, bool *changed_out)
{
    struct alarm_row row;
    *changed_out = false;
    enum errcode err = look(cx, alarm, &row);
    if (err != ERR_NONE)
        return err;
    const bool stands = row.id != 0, is_stale = stands && cx->now - row.seen_at >= ALARM_SEEN_EVERY;
    if (stands == is_there && !(is_there && is_stale))
        return ERR_NONE;
    err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    if (stands && is_there)
        err = store_alarm_seen(cx, row.id, cx->now);
    else
        err = is_there ? alarm_raise(cx, alarm) : alarm_clear(cx, alarm);
    err = db_end(cx, err);
    *changed_out = err == ERR_NONE && stands != is_there;
    return err;
}

static enum errcode
clear_unseen(struct cx *cx, int64_t limit, bool *more_out)
{
    struct alarm_row *rows = NULL;
    size_t n = 0;
    enum errcode err = store_alarm_unseen(cx, cx->now - ALARM_UNSEEN,
                                          str_from_cstr(alarm_class_name(ALARM_REPORTED)), limit, &rows, &n);
    if (err != ERR_NONE || n == 0)
        return err;
    *more_out = *more_out || (int64_t)n == limit;
    err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    for (size_t i = 0; i < n && err == ERR_NONE; i++)
        err = clear_row(cx, &rows[i]);
    return db_end(cx, err);
}

enum errcode
alarm_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    bool more = false;
    *more_out = false;
    enum errcode err = clear_unseen(cx, limit, more_out);
    if (err == ERR_NONE)
        err = sweep_old(cx, store_alarm_remove, ALARM_KEPT, limit, &more);
    *more_out = *more_out || more;
    return err;
}
