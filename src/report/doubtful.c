/* SPDX-License-Identifier: Apache-2.0 */
/* doubtful: see the header. */
#include "report/doubtful.h"

#include "base/shell.h"
#include "db/db.h"
#include "store/store_name.h"
#include "text/text.h"

enum { PAGE = 1000 };

static const struct {
    const char *command, *option;
} kinds[STORE_NAME_COUNT_] = {
    [STORE_NAME_COMPANY] = {"company", "title"},
    [STORE_NAME_TECHNICIAN] = {"technician", "name"},
    [STORE_NAME_DEVICE] = {"device", "name"},
    [STORE_NAME_OPERATOR] = {"operator", "name"},
};

static void
note(struct cx *cx, enum store_name_of of, const struct store_name *n, struct doubtful *out)
{
    if (str_is_empty(n->name) || text_is_printable(n->name, n->name.n))
        return;
    if (out->n == DOUBTFUL_MOST) {
        out->more++;
        return;
    }
    struct str key = shell_operand(&cx->arena, n->key);
    out->found[out->n].name = arena_str(&cx->arena, n->name);
    out->found[out->n++].command = arena_printf(&cx->arena, "countersign %s set --%s NAME %.*s",
                                                kinds[of].command, kinds[of].option, STR_ARG(key));
}

/* The page after *after, which moves to its end. A page is read into an arena of its own, which ends with it:
 * there are as many names as there are accounts and phones. */
static enum errcode
look_at_page(struct cx *cx, enum store_name_of of, int64_t *after, size_t *n_out, struct doubtful *out)
{
    struct store_name *names = NULL;
    const struct arena whole = cx->arena;
    *n_out = 0;
    arena_init(&cx->arena);
    enum errcode err = store_names_after(cx, of, *after, PAGE, &names, n_out);
    struct arena page = cx->arena;
    cx->arena = whole;
    for (size_t i = 0; err == ERR_NONE && i < *n_out; i++) {
        note(cx, of, &names[i], out);
        *after = names[i].id;
    }
    arena_clear(&page);
    return err;
}

static enum errcode
look_at(struct cx *cx, enum store_name_of of, struct doubtful *out)
{
    enum errcode err = ERR_NONE;
    int64_t after = 0;
    for (size_t n = PAGE; n == PAGE && err == ERR_NONE;)
        err = look_at_page(cx, of, &after, &n, out);
    return err;
}

enum errcode
doubtful_find(struct cx *cx, struct doubtful *out)
{
    *out = (struct doubtful){.n = 0};
    enum errcode err = db_begin_read(cx);
    if (err != ERR_NONE)
        return err;
    for (unsigned of = 0; of < STORE_NAME_COUNT_ && err == ERR_NONE; of++)
        err = look_at(cx, (enum store_name_of)of, out);
    db_rollback(cx);
    return err;
}
