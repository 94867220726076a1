/* SPDX-License-Identifier: Apache-2.0 */
/* archive_read: verifies a file: see archive.h. It may be hostile: lines are bounded, and nothing in it is
 * believed before the signature at its end was verified. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/codec.h"
#include "crypto/merkle.h"
#include "ledger/archive.h"
#include "ledger/archive_parts.h"
#include "ledger/leaf.h"
#include "ledger/prove.h"

/* A digest, a blank, a leaf. */
enum { LINE_MOST = ARCHIVE_LEAF_MAX + 64, END_MAX = 4 * CHECKPOINT_MAX, DIGEST_TEXT = 44 };

struct reading {
    struct cx page; /* the memory of an event */
    struct cx *cx;
    FILE *from;
    const struct archive_reading *r;
    struct archive *a;
    struct merkle tree;
    struct digest chain;
    bool has_met; /* the checkpoint r->kept */
    char *line;
};

static enum errcode is_bad(struct reading *d, int64_t seq, const char *fmt, ...) PRINTF_LIKE(3, 4);

static enum errcode
is_bad(struct reading *d, int64_t seq, const char *fmt, ...)
{
    char words[CX_DETAIL];
    va_list ap;
    va_start(ap, fmt);
    (void)vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    d->a->bad = seq;
    return err_set(d->cx, ERR_CRYPTO, "%s", words);
}

/* Without its end. False: there is none, it is too long, or has no end. */
static bool
next_line(struct reading *d, struct str *line_out)
{
    size_t n = 0;
    int c = getc_unlocked(d->from);
    for (; c != EOF && c != '\n' && n < LINE_MOST; c = getc_unlocked(d->from))
        d->line[n++] = (char)c;
    *line_out = (struct str){d->line, n};
    return c == '\n';
}

/* The rest of a line that begins with that word and a blank. */
static bool
next_of(struct reading *d, struct str word, struct str *rest_out)
{
    struct str line;
    if (!next_line(d, &line) || !str_starts(line, word) || line.n <= word.n)
        return false;
    *rest_out = str_sub(line, word.n, SIZE_MAX);
    return true;
}

/* As it is written: no other form of the number. */
static bool
read_number(struct str text, int64_t least, int64_t *n_out)
{
    return str_to_i64(text, least, INT64_MAX / 2, n_out) == ERR_NONE && (text.n == 1 || text.p[0] != '0');
}

static bool
read_digest(struct str text, struct digest *out)
{
    size_t n = 0;
    return codec_base64_read(text, out->bytes, sizeof out->bytes, &n) == ERR_NONE && n == sizeof out->bytes;
}

static bool
read_range(struct reading *d)
{
    struct archive *a = d->a;
    struct str text;
    if (!next_of(d, STR_LIT("origin "), &text))
        return false;
    a->origin = arena_str(&d->cx->arena, text);
    if (!next_of(d, STR_LIT("events "), &text) || !read_number(str_cut(&text, ' '), 1, &a->first) ||
        !read_number(text, a->first, &a->last))
        return false;
    return next_of(d, STR_LIT("chained "), &text) && read_number(text, 0, &a->chained) &&
           a->last > a->chained;
}

/* The tree before the first event. */
static bool
read_tree(struct reading *d)
{
    struct str text;
    d->tree.size = archive_has_chain(d->a) ? 0 : (uint64_t)(d->a->first - 1 - d->a->chained);
    if (archive_has_chain(d->a) && !(next_of(d, STR_LIT("chain "), &text) && read_digest(text, &d->chain)))
        return false;
    for (unsigned level = MERKLE_LEVELS; level-- > 0;)
        if ((d->tree.size >> level & 1) != 0 &&
            !(next_of(d, STR_LIT("peak "), &text) && read_digest(text, &d->tree.peaks[level])))
            return false;
    d->a->before = merkle_root(&d->tree);
    return next_line(d, &text) && text.n == 0;
}

/* The checkpoint that was kept, where the tree has its size. */
static enum errcode
meet(struct reading *d)
{
    const struct checkpoint *kept = d->r->kept;
    if (kept == NULL || kept->size != (int64_t)d->tree.size)
        return ERR_NONE;
    const struct digest root = merkle_root(&d->tree);
    const int64_t end = d->a->chained + kept->size;
    d->has_met = str_eq(kept->origin, d->a->origin) && archive_is_same(&root, &kept->root);
    return d->has_met ? ERR_NONE
                      : is_bad(d, 0, "the log up to event %lld is not that of the checkpoint that was kept",
                               (long long)end);
}

static enum errcode
take_chained(struct reading *d, const struct archive_event *e)
{
    struct audit_row row = {.seq = 0};
    enum errcode err = leaf_read(&d->page, e->leaf, &row);
    if (err == ERR_NONE)
        d->chain = leaf_chained(&d->chain, &row);
    err_forget(&d->page);
    return err == ERR_NONE && row.id == e->seq && archive_is_same(&d->chain, &e->digest)
               ? ERR_NONE
               : is_bad(d, e->seq, "event %lld was changed", (long long)e->seq);
}

static enum errcode
take_leaf(struct reading *d, const struct archive_event *e)
{
    const struct ledger_log log = {.chained = d->a->chained, .origin = d->a->origin};
    struct digest done[MERKLE_LEVELS];
    struct audit_row row = {.seq = 0};
    const struct digest hash = merkle_leaf(e->leaf);
    enum errcode err = ERR_NONE;
    if (!archive_is_same(&hash, &e->digest))
        return is_bad(d, e->seq, "event %lld was changed", (long long)e->seq);
    if (e->seq == d->a->chained + 1)
        err = leaf_read(&d->page, e->leaf, &row);
    if (err != ERR_NONE || (e->seq == d->a->chained + 1 && !leaf_is_first(&d->page, &row, &log, &d->chain))) {
        err_forget(&d->page);
        return is_bad(d, e->seq, "event %lld does not fit the events before it", (long long)e->seq);
    }
    (void)merkle_add(&d->tree, &hash, done);
    return meet(d);
}

static enum errcode
take_event(struct reading *d, int64_t seq)
{
    struct archive_event e = {.seq = seq};
    struct str line;
    const struct str head = arena_printf(&d->page.arena, "{\"seq\":%lld,", (long long)seq);
    if (!next_line(d, &line))
        return is_bad(d, seq, "the file ends before event %lld", (long long)seq);
    e.leaf = str_sub(line, DIGEST_TEXT + 1, SIZE_MAX);
    if (line.n <= DIGEST_TEXT || line.p[DIGEST_TEXT] != ' ' ||
        !read_digest(str_sub(line, 0, DIGEST_TEXT), &e.digest))
        return is_bad(d, seq, "event %lld was changed", (long long)seq);
    if (!str_starts(e.leaf, head))
        return is_bad(d, seq, "event %lld is missing", (long long)seq);
    enum errcode err = seq <= d->a->chained ? take_chained(d, &e) : take_leaf(d, &e);
    if (err == ERR_NONE && d->r->event != NULL)
        err = d->r->event(d->cx, d->r->arg, &e);
    if (err == ERR_CRYPTO && d->a->bad == 0)
        d->a->bad = seq;
    arena_reset(&d->page.arena);
    return err;
}

/* What is left of the file, in the arena. */
static enum errcode
read_rest(struct reading *d, struct str *rest_out)
{
    char *text = arena_alloc(&d->cx->arena, END_MAX + 1);
    const size_t n = fread(text, 1, END_MAX + 1, d->from);
    *rest_out = (struct str){text, n};
    if (ferror(d->from) != 0)
        return err_set(d->cx, ERR_IO, "the archive cannot be read");
    return n <= END_MAX ? ERR_NONE : is_bad(d, 0, "there is more after the end");
}

/* Both parts of the end: the checkpoint, and the proof. */
static enum errcode
take_end(struct reading *d)
{
    static const struct str mark = STR("\n\nold ");
    struct str line, rest = STR_NULL;
    struct checkpoint own, later;
    if (!next_line(d, &line) || line.n != 0)
        return is_bad(d, 0, "there are more events than it says");
    enum errcode err = read_rest(d, &rest);
    const size_t at = str_find_str(rest, mark);
    if (err == ERR_NONE && at >= rest.n)
        err = is_bad(d, 0, "its end is not whole");
    if (err == ERR_NONE)
        err = checkpoint_read_by(d->cx, d->r->by, str_sub(rest, 0, at + 1), &own);
    if (err != ERR_NONE)
        return err;
    d->a->root = merkle_root(&d->tree);
    if (!str_eq(own.origin, d->a->origin) || own.size != (int64_t)d->tree.size ||
        !archive_is_same(&own.root, &d->a->root))
        return is_bad(d, 0, "the events are not those of its checkpoint");
    err = prove_read(d->cx, d->r->by, &own, str_sub(rest, at + 2, SIZE_MAX), &later);
    d->a->later = later.size;
    if (err == ERR_NONE && d->r->kept != NULL && d->r->kept->size == later.size)
        d->has_met =
            str_eq(d->r->kept->origin, later.origin) && archive_is_same(&d->r->kept->root, &later.root);
    return err;
}

static enum errcode
has_met(struct reading *d)
{
    const struct checkpoint *kept = d->r->kept;
    if (kept == NULL || d->has_met)
        return ERR_NONE;
    if (kept->size == d->a->later)
        return is_bad(d, 0, "its later checkpoint is not the one that was kept");
    const int64_t before = archive_has_chain(d->a) ? 0 : d->a->first - 1 - d->a->chained;
    const int64_t to = d->a->last - d->a->chained;
    return err_set(
        d->cx, ERR_RANGE,
        "the checkpoint that was kept is of %lld leaves; this archive knows those of %lld to %lld, "
        "and that of %lld",
        (long long)kept->size, (long long)before, (long long)to, (long long)d->a->later);
}

static enum errcode
read_all(struct reading *d)
{
    struct str line;
    if (!next_line(d, &line) || !str_eq(line, STR_LIT(ARCHIVE_FIRST_LINE)))
        return err_set(d->cx, ERR_SYNTAX, "it is not an archive of an audit log");
    if (!read_range(d) || !read_tree(d))
        return is_bad(d, 0, "what it says before the first event was changed");
    enum errcode err = meet(d);
    for (int64_t seq = d->a->first; seq <= d->a->last && err == ERR_NONE; seq++)
        err = take_event(d, seq);
    if (err == ERR_NONE)
        err = take_end(d);
    if (err == ERR_SYNTAX) {
        err_forget(d->cx);
        err = is_bad(d, 0, "its end was changed");
    }
    return err != ERR_NONE ? err : has_met(d);
}

enum errcode
archive_read(struct cx *cx, FILE *from, const struct archive_reading *r, struct archive *out)
{
    struct reading d = {.page = *cx, .cx = cx, .from = from, .r = r, .a = out};
    *out = (struct archive){.first = 0};
    d.line = malloc(LINE_MOST);
    if (d.line == NULL)
        err_no_memory();
    arena_init(&d.page.arena);
    enum errcode err = read_all(&d);
    arena_clear(&d.page.arena);
    free(d.line);
    return err;
}

struct finding {
    int64_t seq;
    struct str leaf;
};

/* ERR_EXISTS ends the reading. */
static enum errcode
find_event(struct cx *cx, void *arg, const struct archive_event *e)
{
    struct finding *f = arg;
    if (e->seq != f->seq)
        return ERR_NONE;
    f->leaf = arena_str(&cx->arena, e->leaf);
    return err_set(cx, ERR_EXISTS, "event %lld was found", (long long)e->seq);
}

enum errcode
archive_find(struct cx *cx, FILE *from, int64_t seq, struct str *leaf_out)
{
    struct finding f = {.seq = seq, .leaf = STR_NULL};
    const struct archive_reading r = {.event = find_event, .arg = &f};
    struct archive a;
    enum errcode err = archive_read(cx, from, &r, &a);
    *leaf_out = f.leaf;
    if (err == ERR_NONE)
        return err_set(cx, ERR_NOT_FOUND, "the archive has the events %lld to %lld", (long long)a.first,
                       (long long)a.last);
    if (err != ERR_EXISTS)
        return err;
    err_forget(cx);
    return ERR_NONE;
}
