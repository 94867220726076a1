/* SPDX-License-Identifier: Apache-2.0 */
/* A worker's end of a channel, with a front that does not read. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "proc/channel.h"

static struct channel channel;
static int front;

static int
set_up(void **state)
{
    (void)state;
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    channel_init(&channel);
    channel_open(&channel, pair[0]);
    front = pair[1];
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    channel_close(&channel);
    return close(front);
}

/* How many topics come, and how many times everybody is woken, until the channel has nothing left. */
static void
read_all(size_t *n_topics, size_t *n_all)
{
    enum { STEP = 64 * 1024 };
    struct buf in;
    buf_init(&in, FRAME_MAX + FRAME_HEAD);
    for (ssize_t n = 1; n > 0; channel_flush(&channel)) {
        n = recv(front, buf_reserve(&in, STEP), STEP, MSG_DONTWAIT);
        if (n > 0)
            buf_commit(&in, (size_t)n);
        for (struct frame f; frame_next(&in, &f) == ERR_NONE; frame_consume(&in, &f))
            *(f.type == FRAME_WAKE_ALL ? n_all : n_topics) += 1;
    }
    assert_int_equal(in.len, 0);
    buf_clear(&in);
}

static void
wake_ups_to_a_front_that_reads_nothing_never_block(void **state)
{
    (void)state;
    enum { MANY = 100 * 1000 };
    const struct topic topic = {{1}};
    for (size_t i = 0; i < MANY; i++)
        channel_wake(&channel, &topic);
    assert_true(channel.fd >= 0);
    assert_true(channel.out.len <= CHANNEL_WAKES);
    assert_false(channel_is_free(&channel));
    assert_int_equal(channel_events(&channel), POLLOUT);
    size_t n_topics = 0, n_all = 0;
    read_all(&n_topics, &n_all);
    assert_true(n_topics > 0 && n_topics < MANY);
    assert_int_equal(n_all, 1);
    assert_true(channel_is_free(&channel));
    channel_wake(&channel, &topic);
    read_all(&n_topics, &n_all);
    assert_int_equal(n_all, 1);
}

static void
a_front_that_is_gone_closes_the_channel(void **state)
{
    (void)state;
    assert_int_equal(shutdown(front, SHUT_RDWR), 0);
    channel_wake(&channel, NULL);
    assert_int_equal(channel.fd, -1);
    channel_wake(&channel, NULL);
    assert_false(channel_is_free(&channel));
}

/* A waiting answer delays the next question, and sent or read data leaves no copy. */
static void
an_answer_waits_and_leaves_nothing_behind(void **state)
{
    (void)state;
    enum { SIZE = 1 << 20 };
    size_t mark = frame_begin(&channel.out, FRAME_REPLY, 1);
    for (size_t i = 0; i < SIZE; i++)
        frame_put_u8(&channel.out, 'x');
    assert_int_equal(frame_end(&channel.out, mark), ERR_NONE);
    channel_flush(&channel);
    assert_false(channel_is_free(&channel));
    for (size_t i = 0; i < channel.out.start; i++)
        assert_int_equal(channel.out.data[i], 0);
    size_t n = 0, none = 0;
    read_all(&n, &none);
    assert_int_equal(n, 1);
    for (size_t i = 0; i < channel.out.cap; i++)
        assert_int_not_equal(channel.out.data[i], 'x');
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(wake_ups_to_a_front_that_reads_nothing_never_block, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_front_that_is_gone_closes_the_channel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_answer_waits_and_leaves_nothing_behind, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
