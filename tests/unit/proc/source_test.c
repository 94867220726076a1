/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration as the supervisor keeps and hands it out. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/source.h"

static char path[] = "/tmp/source_test.XXXXXX";

static void
write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static int
make_file(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0 ? -1 : 0;
}

static int
remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

/* A service that may use one processor of many hashes one password at a time on it: two would only hinder
 * each other. */
static void
workers_are_as_many_as_its_processors_and_one_more(void **state)
{
    (void)state;
    struct buf messages;
    struct source s;
    cpu_set_t all, one;
    buf_init(&messages, 4096);
    assert_int_equal(source_init(&s, NULL, STR_NULL, &messages), ERR_NONE);
    assert_int_equal(sched_getaffinity(0, sizeof all, &all), 0);
    assert_int_equal(source_workers(&s), CPU_COUNT(&all) + 1);
    size_t first = 0;
    while (!CPU_ISSET(first, &all))
        first++;
    CPU_ZERO(&one);
    CPU_SET(first, &one);
    assert_int_equal(sched_setaffinity(0, sizeof one, &one), 0);
    assert_int_equal(source_workers(&s), 2);
    assert_int_equal(sched_setaffinity(0, sizeof all, &all), 0);
    source_clear(&s);
    buf_clear(&messages);
}

static void
wrong_files_are_refused_with_their_lines(void **state)
{
    (void)state;
    struct buf messages;
    buf_init(&messages, 4096);
    struct source s;
    write_file(path, "[server]\nlistn = 1\n");
    assert_int_equal(source_init(&s, path, STR_NULL, &messages), ERR_CONFIG);
    assert_true(str_starts(buf_view(&messages), str_from_cstr(path)));
    assert_true(str_find_str(buf_view(&messages), STR_LIT(":2:")) < messages.len);
    source_clear(&s);
    buf_reset(&messages);
    assert_int_equal(source_init(&s, "/nonexistent", STR_NULL, &messages), ERR_IO);
    assert_true(messages.len > 0);
    source_clear(&s);
    buf_clear(&messages);
}

static void
a_reload_takes_all_or_nothing(void **state)
{
    (void)state;
    struct buf messages, restart;
    buf_init(&messages, 4096);
    buf_init(&restart, 4096);
    struct cx cx;
    cx_init(&cx);
    struct source s;
    struct source_fresh fresh;
    write_file(path, "[server]\ndrain_time = 3s\n");
    assert_int_equal(source_init(&s, path, STR_NULL, &messages), ERR_NONE);
    write_file(path, "[server]\ndrain_time = 4s\nfronts = x\n");
    assert_int_equal(source_read(&cx, &s, &fresh, &messages), ERR_CONFIG);
    source_fresh_clear(&fresh);
    assert_int_equal(s.config.server_drain_time, 3000000);
    assert_false(s.has_newest);
    write_file(path, "[server]\ndrain_time = 5s\nfronts = 2\n");
    assert_int_equal(source_read(&cx, &s, &fresh, &messages), ERR_NONE);
    assert_int_equal(s.config.server_drain_time, 3000000);
    source_take(&s, &fresh, &restart);
    assert_int_equal(s.config.server_drain_time, 5000000);
    assert_int_equal(s.config.server_fronts, 1);
    assert_true(str_find_str(buf_view(&restart), STR_LIT("server.fronts")) < restart.len);
    assert_true(s.has_newest);
    assert_int_equal(fresh.tls.n, 0);
    source_fresh_clear(&fresh);
    source_clear(&s);
    cx_clear(&cx);
    buf_clear(&messages);
    buf_clear(&restart);
}

static void
copies_are_whole_and_cannot_be_changed(void **state)
{
    (void)state;
    struct buf text, messages;
    buf_init(&text, 100);
    buf_init(&messages, 4096);
    buf_add_cstr(&text, "[server]\n");
    int fd = source_fd(&text);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x", 1), -1);
    assert_int_equal(errno, EPERM);
    struct config c;
    config_init(&c);
    assert_int_equal(config_read_fd(&c, "copy", fd, &messages), ERR_NONE);
    config_clear(&c);
    (void)close(fd);
    buf_clear(&text);
    buf_clear(&messages);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_files_are_refused_with_their_lines),
        cmocka_unit_test(workers_are_as_many_as_its_processors_and_one_more),
        cmocka_unit_test(a_reload_takes_all_or_nothing),
        cmocka_unit_test(copies_are_whole_and_cannot_be_changed),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
