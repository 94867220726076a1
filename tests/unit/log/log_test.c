/* SPDX-License-Identifier: Apache-2.0 */
/* log: the shape of a line, its bound, and that outsiders cannot forge one. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "log/log.h"

static int said[2]; /* what went to standard error comes out here */
static int real_stderr;
static char line[8192];

static int
setup(void **state)
{
    (void)state;
    clock_fix(INT64_C(1795447814123) * CLOCK_MS);
    assert_int_equal(pipe2(said, O_CLOEXEC | O_NONBLOCK), 0);
    real_stderr = dup(STDERR_FILENO);
    assert_true(real_stderr >= 0 && dup2(said[1], STDERR_FILENO) >= 0);
    log_init("front", LOG_LEVEL_INFO);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    clock_fix(0);
    (void)dup2(real_stderr, STDERR_FILENO);
    (void)close(real_stderr);
    (void)close(said[0]);
    (void)close(said[1]);
    return 0;
}

static const char *
take(void)
{
    ssize_t n = read(said[0], line, sizeof line - 1);
    line[n < 0 ? 0 : n] = '\0';
    return line;
}

static void
shape(void **state)
{
    (void)state;
    log_event(LOG_READY, "source=%s reason=%s", "192.0.2.1", "limit");
    assert_string_equal(take(), "2026-11-23T15:30:14.123Z info front ready source=192.0.2.1 reason=limit\n");
    log_event(LOG_DRAIN_LATE, "");
    assert_string_equal(take(), "2026-11-23T15:30:14.123Z warning front drain.late\n");
    log_event(LOG_LOOP_FAILED, "a=%d", 1);
    assert_string_equal(take(), "2026-11-23T15:30:14.123Z error front loop.failed a=1\n");
}

/* Readers of the log rely on the names: each is unique. */
static void
events_have_names_of_their_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < LOG_EVENT_COUNT_; i++) {
        assert_true(log_events[i].name[0] != '\0' && log_events[i].doc[0] != '\0');
        for (size_t k = 0; k < i; k++)
            assert_string_not_equal(log_events[i].name, log_events[k].name);
    }
}

static void
levels(void **state)
{
    (void)state;
    log_event(LOG_NEWS, "a=1");
    assert_string_equal(take(), "");
    log_set_level(LOG_LEVEL_DEBUG);
    log_event(LOG_NEWS, "a=1");
    assert_string_equal(take(), "2026-11-23T15:30:14.123Z debug front news a=1\n");
    log_set_level(LOG_LEVEL_ERROR);
    log_event(LOG_DRAIN_LATE, "a=1");
    assert_string_equal(take(), "");
}

static void
bounded_and_one_line(void **state)
{
    (void)state;
    log_event(LOG_END, "a=%9000d", 1);
    assert_int_equal(strlen(take()), 4096);
    assert_int_equal(line[4095], '\n');
    errno = 42;
    log_event(LOG_END, "a=%s", "one\nforged info front y\x7f\x1b[0m");
    assert_int_equal(errno, 42);
    assert_string_equal(take(), "2026-11-23T15:30:14.123Z info front end a=one?forged info front y??[0m\n");
}

static void
quotes(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    assert_string_equal(log_quote(&a, STR_NULL), "-");
    assert_string_equal(log_quote(&a, STR_LIT("")), "\"\"");
    assert_string_equal(log_quote(&a, STR_LIT("M\xc3\xbcller \"x\\")), "\"M\xc3\xbcller \\\"x\\\\\"");
    assert_string_equal(log_quote(&a, STR_LIT("a\nb\r\0\x7f\xff")), "\"a\\nb\\x0d\\x00\\x7f\\xff\"");
    assert_string_equal(log_quote(&a, STR_LIT("\xe2\x80\xae\xc2\x85\xe2\x80\xa8")),
                        "\"\\u202e\\u0085\\u2028\"");
    char bytes[300];
    memset(bytes, 'x', sizeof bytes);
    assert_int_equal(strlen(log_quote(&a, (struct str){bytes, 200})), 202);
    assert_int_equal(strlen(log_quote(&a, (struct str){bytes, 201})), 205);
    memset(bytes, 0xfe, sizeof bytes);
    assert_int_equal(strlen(log_quote(&a, (struct str){bytes, 300})), 805);
    /* A character is not cut in two. */
    memset(bytes, 'x', sizeof bytes);
    memcpy(bytes + 198, "\xe2\x82\xac", 3);
    const char *cut = log_quote(&a, (struct str){bytes, 201});
    assert_int_equal(strlen(cut), 203);
    assert_string_equal(cut + 199, "\"...");
    arena_clear(&a);
}

static void
context_error(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    assert_int_equal(err_set(&cx, ERR_STORE, "near \"x\"\n"), ERR_STORE);
    log_cx_error(&cx, LOG_CALL_FAILED);
    assert_string_equal(take(), "2026-11-23T15:30:14.123Z error front call.failed error=STORE "
                                "detail=\"near \\\"x\\\"\\n\" source=-\n");
    cx.source = STR_LIT("192.0.2.1");
    log_cx_error(&cx, LOG_CALL_FAILED);
    assert_non_null(strstr(take(), " source=\"192.0.2.1\"\n"));
    cx_clear(&cx);
}

/* Until nothing fits any more, by a description that does not block: as another program's would. */
static size_t
fill_pipe(void)
{
    size_t n = 0;
    while (write(said[1], "x", 1) == 1)
        n++;
    return n;
}

static void
set_blocking(bool blocks)
{
    assert_int_equal(fcntl(said[1], F_SETFL, blocks ? 0 : O_NONBLOCK), 0);
}

static void
a_reader_that_stalls_costs_lines_and_no_wait(void **state)
{
    (void)state;
    char byte[2048];
    size_t left = fill_pipe();
    set_blocking(true); /* as standard error is given to a program */
    log_event(LOG_RELOAD, "");
    log_event(LOG_RELOAD, "");
    log_catch_up();
    while (left > 0)
        left -= (size_t)read(said[0], byte, left < sizeof byte ? left : sizeof byte);
    log_event(LOG_END, "a=1");
    assert_string_equal(take(), "2026-11-23T15:30:14.123Z warning front log.dropped lines=2\n"
                                "2026-11-23T15:30:14.123Z info front end a=1\n");
    log_catch_up();
    assert_string_equal(take(), "");
    set_blocking(false);
}

/* The description that others share keeps its flags. */
static void
a_standard_error_of_its_own_does_not_block(void **state)
{
    (void)state;
    set_blocking(true);
    log_own_stderr();
    assert_int_equal(fcntl(said[1], F_GETFL) & O_NONBLOCK, 0);
    assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, O_NONBLOCK);
    log_event(LOG_END, "a=1");
    assert_string_equal(take(), "2026-11-23T15:30:14.123Z info front end a=1\n");
    set_blocking(false);
}

static void
a_socket_is_not_waited_for_either(void **state)
{
    (void)state;
    int pair[2];
    char bytes[4096];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    assert_true(dup2(pair[1], STDERR_FILENO) >= 0);
    while (send(pair[1], "x", 1, MSG_DONTWAIT) == 1) {
    }
    log_event(LOG_RELOAD, "");
    while (recv(pair[0], bytes, sizeof bytes, MSG_DONTWAIT) > 0) {
    }
    log_catch_up();
    ssize_t n = recv(pair[0], bytes, sizeof bytes - 1, MSG_DONTWAIT);
    assert_true(n > 0);
    bytes[n] = '\0';
    assert_string_equal(bytes, "2026-11-23T15:30:14.123Z warning front log.dropped lines=1\n");
    (void)close(pair[0]);
    (void)close(pair[1]);
}

#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {LOG_TEST(shape),
                                       LOG_TEST(events_have_names_of_their_own),
                                       LOG_TEST(levels),
                                       LOG_TEST(bounded_and_one_line),
                                       LOG_TEST(quotes),
                                       LOG_TEST(context_error),
                                       LOG_TEST(a_reader_that_stalls_costs_lines_and_no_wait),
                                       LOG_TEST(a_standard_error_of_its_own_does_not_block),
                                       LOG_TEST(a_socket_is_not_waited_for_either)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
