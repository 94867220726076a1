/* SPDX-License-Identifier: Apache-2.0 */
/* Messages of the control channel, over a real socket pair. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "proc/control.h"

static int pair[2];

static int
open_pair(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair);
}

static int
close_pair(void **state)
{
    (void)state;
    (void)close(pair[0]);
    (void)close(pair[1]);
    return 0;
}

static int
count_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 256; fd++)
        n += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
    return n;
}

/* What each type carries: sent, received, and nothing leaks. */
static void
every_type_comes_as_it_went(void **state)
{
    (void)state;
    static const struct control all[] = {
        {.type = CONTROL_LISTENER, .n_fds = 1},
        {.type = CONTROL_TLS, .slot = 1, .is_last = true, .text = "tls.folder/a", .n_fds = 2},
        {.type = CONTROL_WORKER, .slot = 7, .fast_only = true, .n_fds = 1},
        {.type = CONTROL_WORKER, .slot = 255, .n_fds = 1},
        {.type = CONTROL_FRONT, .slot = 3, .n_fds = 1},
        {.type = CONTROL_RELOAD, .n_fds = 1},
        {.type = CONTROL_GO, .slot = 2, .is_first = true},
        {.type = CONTROL_GO, .slot = 2},
        {.type = CONTROL_DRAIN},
        {.type = CONTROL_READY},
        {.type = CONTROL_DRAINED},
        {.type = CONTROL_REHEARSE},
        {.type = CONTROL_REDIRECT},
        {.type = CONTROL_TICKETS, .n_fds = 1},
        {.type = CONTROL_FINDING, .text = "a warning"},
        {.type = CONTROL_FINDING, .is_problem = true, .text = "a problem"},
        {.type = CONTROL_NOTE, .text = "a note"},
        {.type = CONTROL_LOST, .slot = 4},
    };
    int before = count_descriptors();
    for (size_t i = 0; i < ARRAY_LEN(all); i++) {
        struct control sent = all[i], got;
        for (size_t k = 0; k < sent.n_fds; k++)
            sent.fds[k] = pair[k];
        assert_int_equal(control_send(pair[0], &sent), ERR_NONE);
        assert_int_equal(control_receive(pair[1], &got), ERR_NONE);
        assert_int_equal(got.type, sent.type);
        assert_int_equal(got.slot, sent.slot);
        assert_int_equal(got.fast_only, sent.fast_only);
        assert_int_equal(got.is_first, sent.is_first);
        assert_int_equal(got.is_last, sent.is_last);
        assert_int_equal(got.n_fds, sent.n_fds);
        assert_int_equal(got.is_problem, sent.is_problem);
        assert_string_equal(got.text, sent.text);
        for (size_t k = 0; k < got.n_fds; k++)
            assert_true((fcntl(got.fds[k], F_GETFD) & FD_CLOEXEC) != 0);
        control_close_fds(&got);
    }
    assert_int_equal(count_descriptors(), before);
}

static void
send_raw(uint8_t type, size_t n_bytes, size_t n_fds)
{
    struct buf out;
    buf_init(&out, 64);
    size_t mark = frame_begin(&out, type, 0);
    for (size_t i = 0; i < n_bytes; i++)
        frame_put_u8(&out, 1);
    assert_int_equal(frame_end(&out, mark), ERR_NONE);
    assert_int_equal(frame_send_fds(pair[0], &out, pair, n_fds), ERR_NONE);
    buf_clear(&out);
}

static void
malformed_messages_are_refused_and_leak_nothing(void **state)
{
    (void)state;
    static const struct {
        uint8_t type;
        size_t bytes, fds;
    } wrong[] = {
        {0, 0, 0},                   /* no such type */
        {CONTROL_TYPE_COUNT_, 0, 0}, /* no such type */
        {255, 0, 0},                 /* no such type */
        {CONTROL_LISTENER, 0, 0},    /* no descriptor */
        {CONTROL_LISTENER, 0, 2},    /* too many */
        {CONTROL_TLS, 0, 1},         /* too few */
        {CONTROL_DRAIN, 0, 1},       /* too many */
        {CONTROL_GO, 4, 0},          /* too short */
        {CONTROL_FRONT, 3, 1},       /* too short */
        {CONTROL_READY, 1, 0},       /* too long */
    };
    int before = count_descriptors();
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        struct control got;
        send_raw(wrong[i].type, wrong[i].bytes, wrong[i].fds);
        assert_int_equal(control_receive(pair[1], &got), ERR_PROTOCOL);
        assert_int_equal(got.n_fds, 0);
    }
    assert_int_equal(count_descriptors(), before);
}

static void
an_empty_and_a_closed_channel_are_told_apart(void **state)
{
    (void)state;
    struct control m;
    assert_int_equal(fcntl(pair[1], F_SETFL, O_NONBLOCK), 0);
    assert_int_equal(control_receive(pair[1], &m), ERR_MORE);
    (void)close(pair[0]);
    assert_int_equal(control_receive(pair[1], &m), ERR_CLOSED);
    assert_int_equal(control_send(pair[1], &(struct control){.type = CONTROL_READY}), ERR_CLOSED);
}

static void
a_reader_that_hangs_is_an_error_not_a_wait(void **state)
{
    (void)state;
    assert_int_equal(fcntl(pair[0], F_SETFL, O_NONBLOCK), 0);
    enum errcode err = ERR_NONE;
    for (int i = 0; err == ERR_NONE && i < 1000000; i++)
        err = control_send(pair[0], &(struct control){.type = CONTROL_DRAIN});
    assert_int_equal(err, ERR_IO);
}

static void
every_type_has_a_name(void **state)
{
    (void)state;
    for (int type = CONTROL_LISTENER; type < CONTROL_TYPE_COUNT_; type++)
        assert_string_not_equal(control_name((enum control_type)type), "?");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, open_pair, close_pair)
    const struct CMUnitTest tests[] = {
        CASE(every_type_comes_as_it_went),
        CASE(malformed_messages_are_refused_and_leak_nothing),
        CASE(an_empty_and_a_closed_channel_are_told_apart),
        CASE(a_reader_that_hangs_is_an_error_not_a_wait),
        CASE(every_type_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
