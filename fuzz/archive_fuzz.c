/* SPDX-License-Identifier: Apache-2.0 */
/* archive_fuzz: a file as an archive of the audit log, as a checkpoint and as the key of a log. A whole one
 * has a beginning before its end; any other is refused with words; only what that key signed is whole. */
#include "fuzz/fuzz.h"

#include <stdio.h>

#include "ledger/archive.h"
#include "ledger/prove.h"

/* Of the log that the corpus was made with. */
static const struct str key =
    STR("sign-in.example/audit+d597c43b+Afudk6axxiLyKNCJw5vRX2SfiB3DG/gpqi9bFMwIY2Tr\n");

/* A line of an archive may have 1 MiB. A leaf is parsed and written again. */
const struct fuzz_cost fuzz_cost = {
    .allocated_base = 4 << 20, .allocated_each = 512, .steps_base = 64 * 1024, .steps_each = 512};

struct events {
    int64_t last;
    int64_t n;
};

static enum errcode
count(struct cx *cx, void *arg, const struct archive_event *e)
{
    struct events *events = arg;
    (void)cx;
    ASSERT(e->seq > 0 && (events->n == 0 || e->seq == events->last + 1));
    events->last = e->seq;
    events->n++;
    return ERR_NONE;
}

static void
read_archive(struct cx *cx, const struct checkpoint_signer *by, const uint8_t *data, size_t size)
{
    struct events events = {.n = 0};
    const struct archive_reading r = {.by = by, .event = count, .arg = &events};
    struct archive a;
    FILE *from = fmemopen((void *)(uintptr_t)data, size, "r");
    ASSERT(from != NULL);
    const enum errcode err = archive_read(cx, from, &r, &a);
    (void)fclose(from);
    ASSERT((err == ERR_NONE) == (cx->err == ERR_NONE));
    ASSERT(err == ERR_NONE || err == ERR_SYNTAX || err == ERR_CRYPTO);
    if (err == ERR_NONE)
        ASSERT(str_eq(a.origin, by->name) && a.first <= a.last && events.n == a.last - a.first + 1 &&
               events.last == a.last && a.later >= a.last - a.chained);
    err_forget(cx);
}

static void
read_end(struct cx *cx, const struct checkpoint_signer *by, struct str text)
{
    struct checkpoint older = {.size = 0}, newer;
    struct checkpoint_signer other;
    enum errcode err = checkpoint_read_by(cx, by, text, &older);
    ASSERT(err == ERR_NONE || err == ERR_SYNTAX || err == ERR_CRYPTO);
    ASSERT(err != ERR_NONE || (str_eq(older.origin, by->name) && older.size >= 0));
    err_forget(cx);
    if (prove_read(cx, by, &older, text, &newer) == ERR_NONE)
        ASSERT(older.size <= newer.size);
    err_forget(cx);
    if (checkpoint_key_read(cx, text, &other) == ERR_NONE)
        ASSERT(!str_is_empty(other.name));
    err_forget(cx);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cx cx;
    struct checkpoint_signer by;
    cx_init(&cx);
    cx_begin(&cx);
    ASSERT(checkpoint_key_read(&cx, key, &by) == ERR_NONE);
    if (size > 0)
        read_archive(&cx, &by, data, size);
    read_end(&cx, &by, (struct str){(const char *)data, size});
    cx_clear(&cx);
    return 0;
}
