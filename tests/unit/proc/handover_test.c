/* SPDX-License-Identifier: Apache-2.0 */
/* handover: what one program leaves open for the next, and from whom the next one takes it. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/handover.h"
#include "proc/ticket_file.h"

#define VARIABLE "COUNTERSIGN_HANDOVER"

static int
open_one(void)
{
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd > STDERR_FILENO);
    return fd;
}

static bool
is_closed_at_exec(int fd)
{
    return (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

static void
what_is_given_stays_open_and_is_received(void **state)
{
    (void)state;
    struct cx cx;
    struct listeners l = {.n = 2, .fronts = 2};
    struct handover got;
    int lock = open_one(), ready = open_one(), keys = -1, former[2];
    cx_init(&cx);
    assert_int_equal(ticket_file_make(&cx, -1, &keys), ERR_NONE);
    assert_int_equal(pipe2(former, O_CLOEXEC), 0);
    const struct handover_fds fds = {&l, lock, keys, former[0]};
    for (size_t i = 0; i < 4; i++)
        l.sockets[i / 2].fds[i % 2] = open_one();
    assert_int_equal(setenv("LISTEN_FDS", "1", 1), 0);
    assert_true(handover_give(&cx, &fds, ready));
    assert_false(is_closed_at_exec(lock) || is_closed_at_exec(keys) || is_closed_at_exec(ready));
    assert_false(is_closed_at_exec(former[0]));
    assert_null(getenv("LISTEN_FDS"));
    handover_receive(&got);
    assert_null(getenv(VARIABLE));
    assert_int_equal(got.lock, lock);
    assert_int_equal(got.ticket_keys, keys);
    assert_int_equal(got.former, former[0]);
    assert_int_equal(got.n, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(got.fds[i], l.sockets[i / 2].fds[i % 2]);
        assert_true(is_closed_at_exec(got.fds[i]));
    }
    assert_true(is_closed_at_exec(lock) && is_closed_at_exec(keys) && is_closed_at_exec(former[0]));
    assert_true(handover_give(&cx, &fds, ready));
    handover_take_back(&fds);
    assert_null(getenv(VARIABLE));
    assert_true(is_closed_at_exec(lock) && is_closed_at_exec(l.sockets[1].fds[1]));
    listeners_close(&l);
    (void)close(lock);
    (void)close(keys);
    (void)close(ready);
    (void)close(former[0]);
    (void)close(former[1]);
    cx_clear(&cx);
}

static void
what_is_for_another_process_or_not_open_is_not_taken(void **state)
{
    (void)state;
    struct handover got;
    char text[64];
    int fd = open_one();
    handover_receive(&got);
    assert_true(got.lock == -1 && got.n == 0);
    static const char *const wrong[] = {"", "x", "0", "-1 3 4", "1 1 1"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        assert_int_equal(setenv(VARIABLE, wrong[i], 1), 0);
        handover_receive(&got);
        assert_true(got.lock == -1 && got.n == 0);
        assert_null(getenv(VARIABLE));
    }
    (void)snprintf(text, sizeof text, "%d %d %d", (int)getpid() + 1, fd, fd);
    assert_int_equal(setenv(VARIABLE, text, 1), 0);
    handover_receive(&got);
    assert_true(got.lock == -1 && got.n == 0);
    (void)snprintf(text, sizeof text, "%d -1 2 99999 x %d", (int)getpid(), fd);
    assert_int_equal(setenv(VARIABLE, text, 1), 0);
    handover_receive(&got);
    assert_int_equal(got.lock, -1);
    assert_int_equal(got.n, 1);
    assert_int_equal(got.fds[0], fd);
    (void)close(fd);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_given_stays_open_and_is_received),
        cmocka_unit_test(what_is_for_another_process_or_not_open_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
