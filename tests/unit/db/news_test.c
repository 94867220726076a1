/* SPDX-License-Identifier: Apache-2.0 */
/* news: messages arrive, from a folder with a long name too, and sending without a listener does no harm. */
#include "tests/unit/unit.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "db/news.h"

enum { NAME = 200 };

static bool
has_news(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 0) == 1;
}

static void
news_arrive(void **state)
{
    struct cx cx;
    char folder[NAME + 64] = "/tmp/countersign-news-XXXXXX", file[NAME + 128];
    int fd = -1, second = -1;
    struct stat st;
    (void)state;
    cx_init(&cx);
    assert_non_null(mkdtemp(folder));
    size_t n = strlen(folder);
    folder[n] = '/';
    memset(folder + n + 1, 'x', NAME - n);
    assert_int_equal(mkdir(folder, 0700), 0);
    struct str path = arena_printf(&cx.arena, "%s/countersign.db", folder);

    news_tell(&cx, path);
    assert_int_equal(news_listen(&cx, path, &fd), ERR_NONE);
    assert_false(has_news(fd));
    news_tell(&cx, path);
    news_tell(&cx, path);
    assert_true(has_news(fd));
    news_take(fd);
    assert_false(has_news(fd));
    (void)snprintf(file, sizeof file, "%.*s-news", STR_ARG(path));
    assert_int_equal(stat(file, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    /* A later listener takes over. */
    assert_int_equal(news_listen(&cx, path, &second), ERR_NONE);
    news_tell(&cx, path);
    assert_true(has_news(second));
    (void)close(fd);
    (void)close(second);
    news_tell(&cx, path);

    (void)unlink(file);
    (void)rmdir(folder);
    folder[n] = '\0';
    (void)rmdir(folder);
    assert_int_equal(news_listen(&cx, path, &fd), ERR_SYSTEM);
    assert_int_equal(fd, -1);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(news_arrive)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
