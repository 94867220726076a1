/* notice: see notice.h. */
#include "auth/notice.h"

#include "base/clock.h"
#include "base/codec.h"
#include "base/rand.h"

#define NOTICE_KEPT (90 * CLOCK_DAY)

enum { ID_BYTES = 16 };

const char *
notice_kind_name(enum notice_kind kind)
{
    static const char *const names[NOTICE_COUNT_] = {
#define NOTICE(kind, name, doc) name,
#include "auth/notice.def"
#undef NOTICE
    };
    ASSERT(kind < NOTICE_COUNT_);
    return names[kind];
}

enum errcode
notice_tell(struct cx *cx, int64_t technician_id, enum notice_kind kind, struct str subject)
{
    struct device *devices = NULL;
    size_t n = 0;
    enum errcode err = store_device_list(cx, technician_id, false, &devices, &n);
    for (size_t i = 0; i < n && err == ERR_NONE; i++) {
        unsigned char id[ID_BYTES];
        if (devices[i].state != DEVICE_ACTIVE || devices[i].id == cx->device)
            continue;
        rand_bytes(id, sizeof id);
        const struct notice notice = {
            .public_id = codec_base64url(&cx->arena, id, sizeof id),
            .kind = str_from_cstr(notice_kind_name(kind)),
            .subject = str_is_null(subject) ? STR_LIT("") : subject,
            .created_at = cx->now,
        };
        err = store_notice_insert(cx, devices[i].id, &notice);
    }
    return err;
}

enum errcode
notice_list(struct cx *cx, const struct device *d, struct notice **notices_out, size_t *n_out)
{
    return store_notice_list(cx, d->id, NOTICES_LISTED, notices_out, n_out);
}

enum errcode
notice_shown(struct cx *cx, const struct device *d, struct str public_id)
{
    return str_is_empty(public_id) ? ERR_NONE : store_notice_remove(cx, d->id, public_id);
}

enum errcode
notice_sweep(struct cx *cx, int64_t limit, bool *more_out)
{
    int64_t n = 0;
    enum errcode err = store_notice_sweep(cx, cx->now - NOTICE_KEPT, limit, &n);
    *more_out = err == ERR_NONE && n == limit;
    return err;
}
