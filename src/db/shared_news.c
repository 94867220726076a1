/* SPDX-License-Identifier: Apache-2.0 */
/* shared_news: see shared_news.h. The text of one announcement is the ids with commas between, or an asterisk
 * for all. */
#include "db/shared_news.h"

#include "base/buf.h"
#include "db/db.h"
#include "db/db_driver.h"

/* 20 for an id and its comma; the server takes 7999. */
enum { TEXT_MOST = 20 * CX_WOKEN };

static struct str
write_text(struct cx *cx)
{
    struct buf text;
    buf_init(&text, TEXT_MOST);
    for (size_t i = 0; i < cx->n_woken && !cx->wakes_all; i++)
        buf_addf(&text, "%s%lld", i == 0 ? "" : ",", (long long)cx->woken[i]);
    if (cx->wakes_all)
        buf_add_byte(&text, '*');
    ASSERT(!buf_is_over(&text));
    struct str written = arena_str(&cx->arena, buf_view(&text));
    buf_clear(&text);
    return written;
}

/* One that is not ours concerns all: it may be a newer version's. */
static void
read_text(struct cx *cx, struct str text)
{
    while (!str_is_null(text)) {
        int64_t id = 0;
        if (str_to_i64(str_cut(&text, ','), 1, INT64_MAX, &id) == ERR_NONE)
            cx_wake(cx, id);
        else
            cx->wakes_all = true;
    }
}

void
shared_news_tell(struct cx *cx)
{
    struct db *db = cx->db;
    if (db == NULL || db->driver->tell == NULL || (cx->n_woken == 0 && !cx->wakes_all))
        return;
    ASSERT(!db->in_transaction);
    struct cx quiet;
    cx_init(&quiet);
    enum errcode err = db->driver->tell(&quiet, db, write_text(cx));
    (void)err; /* the others find it in the log */
    cx_clear(&quiet);
}

void
shared_news_open(struct cx *cx, struct str url, int64_t busy_timeout, struct shared_news *news_out)
{
    bool is_new = false;
    *news_out = (struct shared_news){.is_deaf = true};
    enum errcode err = db_listen(cx, url, busy_timeout, &news_out->db);
    if (err == ERR_NONE && news_out->db != NULL)
        err = news_out->db->driver->listen(cx, news_out->db, &is_new);
    if (err != ERR_NONE)
        err_forget(cx);
}

void
shared_news_close(struct shared_news *news)
{
    db_close(&news->db);
}

int
shared_news_fd(const struct shared_news *news)
{
    return news->db == NULL ? -1 : news->db->driver->listener(news->db);
}

enum errcode
shared_news_take(struct cx *cx, struct shared_news *news)
{
    struct db *db = news->db;
    struct str text;
    if (db == NULL)
        return ERR_NONE;
    bool is_new = false;
    enum errcode err = db->driver->listen(cx, db, &is_new);
    news->is_deaf = news->is_deaf || is_new || err != ERR_NONE;
    if (err != ERR_NONE)
        return err;
    cx->wakes_all = cx->wakes_all || news->is_deaf;
    news->is_deaf = false;
    while (db->driver->hear(cx, db, &text))
        read_text(cx, text);
    return ERR_NONE;
}
