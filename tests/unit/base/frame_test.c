/* SPDX-License-Identifier: Apache-2.0 */
/* frame: frames that were written are read again, inconsistent ones are refused, and descriptors arrive. */
#include "tests/unit/unit.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/frame.h"
#include "base/os.h"

static void
put_sample(struct buf *b, uint32_t id)
{
    size_t mark = frame_begin(b, 7, id);
    frame_put_u8(b, 200);
    frame_put_u32(b, UINT32_MAX);
    frame_put_i64(b, INT64_MIN);
    frame_put_str(b, STR_LIT("text"));
    frame_put_str(b, STR_LIT(""));
    frame_put_str(b, STR_NULL);
    frame_put_bytes(b, "\1\2\3", 3);
    assert_int_equal(frame_end(b, mark), ERR_NONE);
}

static void
check_sample(struct frame *f, uint32_t id)
{
    assert_int_equal(f->type, 7);
    assert_int_equal(f->id, id);
    assert_int_equal(frame_get_u8(f), 200);
    assert_int_equal(frame_get_u32(f), UINT32_MAX);
    assert_true(frame_get_i64(f) == INT64_MIN);
    assert_str(frame_get_str(f), "text");
    assert_str(frame_get_str(f), "");
    assert_true(str_is_null(frame_get_str(f)));
    unsigned char b[3] = {0};
    frame_get_bytes(f, b, 3);
    assert_memory_equal(b, "\1\2\3", 3);
    assert_int_equal(frame_read_end(f), ERR_NONE);
}

static void
round_trip(void **state)
{
    (void)state;
    struct buf b;
    struct frame f;
    buf_init(&b, FRAME_MAX);
    assert_int_equal(frame_next(&b, &f), ERR_MORE);
    put_sample(&b, 1);
    put_sample(&b, 2);
    for (uint32_t id = 1; id <= 2; id++) {
        assert_int_equal(frame_next(&b, &f), ERR_NONE);
        check_sample(&f, id);
        frame_consume(&b, &f);
    }
    assert_int_equal(frame_next(&b, &f), ERR_MORE);
    buf_clear(&b);
}

static void
arrives_in_pieces(void **state)
{
    (void)state;
    struct buf whole;
    struct buf part;
    struct frame f;
    buf_init(&whole, 1000);
    buf_init(&part, 1000);
    put_sample(&whole, 3);
    struct str v = buf_view(&whole);
    for (size_t i = 0; i < v.n; i++) {
        assert_int_equal(frame_next(&part, &f), ERR_MORE);
        buf_add_byte(&part, (unsigned char)v.p[i]);
    }
    assert_int_equal(frame_next(&part, &f), ERR_NONE);
    check_sample(&f, 3);
    buf_clear(&whole);
    buf_clear(&part);
}

static void
refuses_lies(void **state)
{
    (void)state;
    struct buf b;
    struct frame f;
    buf_init(&b, 1000);
    static const char *const lengths[] = {"\0\0\0\0", "\0\0\0\4", "\xff\xff\xff\xff", "\0\x90\0\1",
                                          "\0\0\3\xe5"};
    for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
        buf_reset(&b);
        buf_add(&b, lengths[i], 4);
        assert_int_equal(frame_next(&b, &f), ERR_PROTOCOL);
    }
    /* A string that claims more than there is; then the reader stays bad. */
    buf_reset(&b);
    size_t mark = frame_begin(&b, 1, 1);
    frame_put_u32(&b, 100);
    frame_put_u32(&b, 5);
    assert_int_equal(frame_end(&b, mark), ERR_NONE);
    assert_int_equal(frame_next(&b, &f), ERR_NONE);
    assert_true(str_is_null(frame_get_str(&f)));
    assert_int_equal(frame_get_u32(&f), 0);
    assert_int_equal(frame_get_i64(&f), 0);
    assert_int_equal(frame_get_u8(&f), 0);
    unsigned char out[4] = {1, 1, 1, 1};
    frame_get_bytes(&f, out, 4);
    assert_memory_equal(out, "\0\0\0\0", 4);
    assert_int_equal(frame_read_end(&f), ERR_PROTOCOL);
    /* Something left over is refused too. */
    assert_int_equal(frame_next(&b, &f), ERR_NONE);
    assert_int_equal(frame_get_u32(&f), 100);
    assert_int_equal(frame_read_end(&f), ERR_PROTOCOL);
    buf_clear(&b);
}

static void
takes_back_what_is_too_large(void **state)
{
    (void)state;
    struct buf b;
    struct frame f;
    buf_init(&b, 100);
    put_sample(&b, 1);
    size_t before = b.len;
    size_t mark = frame_begin(&b, 1, 2);
    for (int i = 0; i < 20; i++)
        frame_put_i64(&b, i);
    assert_int_equal(frame_end(&b, mark), ERR_LIMIT);
    assert_int_equal(b.len, before);
    assert_false(buf_is_over(&b));
    assert_int_equal(frame_next(&b, &f), ERR_NONE);
    check_sample(&f, 1);
    mark = frame_begin(&b, 1, 3);
    frame_put_str(&b, (struct str){"", FRAME_MAX});
    assert_int_equal(frame_end(&b, mark), ERR_LIMIT);
    buf_clear(&b);
}

static void
over_a_socket(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct buf out;
    struct buf in;
    struct frame f;
    buf_init(&out, FRAME_MAX);
    buf_init(&in, FRAME_MAX);
    put_sample(&out, 1);
    put_sample(&out, 2);
    assert_int_equal(frame_send_all(ends[0], &out), ERR_NONE);
    assert_int_equal(out.len, 0);
    for (uint32_t id = 1; id <= 2; id++) {
        assert_int_equal(frame_receive(ends[1], &in, &f), ERR_NONE);
        check_sample(&f, id);
        frame_consume(&in, &f);
    }
    assert_int_equal(write(ends[0], "\0\0\0\x9", 4), 4);
    (void)close(ends[0]);
    assert_int_equal(frame_receive(ends[1], &in, &f), ERR_PROTOCOL);
    buf_reset(&in);
    assert_int_equal(frame_receive(ends[1], &in, &f), ERR_CLOSED);
    put_sample(&out, 1);
    assert_int_equal(frame_send_all(ends[1], &out), ERR_CLOSED);
    (void)close(ends[1]);
    assert_int_equal(frame_receive(ends[1], &in, &f), ERR_IO);
    buf_clear(&out);
    buf_clear(&in);
}

static void
with_descriptors(void **state)
{
    (void)state;
    int ends[2];
    int pipes[2][2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(pipe(pipes[0]) + pipe(pipes[1]), 0);
    struct buf out;
    struct buf in;
    struct frame f;
    buf_init(&out, FRAME_MAX);
    buf_init(&in, FRAME_MAX);
    int fds[FRAME_FDS];
    size_t n = 9;
    assert_int_equal(frame_receive_fds(ends[1], &in, fds, &n), ERR_MORE);
    /* Three frames back to back: none, two and one descriptor; each arrives with its own. */
    put_sample(&out, 1);
    assert_int_equal(frame_send_fds(ends[0], &out, NULL, 0), ERR_NONE);
    put_sample(&out, 2);
    assert_int_equal(frame_send_fds(ends[0], &out, (int[]){pipes[0][1], pipes[1][1]}, 2), ERR_NONE);
    put_sample(&out, 3);
    assert_int_equal(frame_send_fds(ends[0], &out, (int[]){pipes[0][0]}, 1), ERR_NONE);
    static const size_t expected[] = {0, 2, 1};
    for (uint32_t id = 1; id <= 3; id++) {
        assert_int_equal(frame_receive_fds(ends[1], &in, fds, &n), ERR_NONE);
        assert_int_equal(n, expected[id - 1]);
        assert_int_equal(frame_next(&in, &f), ERR_NONE);
        check_sample(&f, id);
        frame_consume(&in, &f);
        for (size_t i = 0; i < n; i++) {
            assert_true((fcntl(fds[i], F_GETFD) & FD_CLOEXEC) != 0);
            if (id == 2)
                assert_int_equal(write(fds[i], "x", 1), 1);
            (void)close(fds[i]);
        }
    }
    char x = 0;
    assert_int_equal(read(pipes[1][0], &x, 1), 1);
    assert_int_equal(x, 'x');
    (void)close(ends[0]);
    assert_int_equal(frame_receive_fds(ends[1], &in, fds, &n), ERR_CLOSED);
    put_sample(&out, 4);
    assert_int_equal(frame_send_fds(ends[1], &out, (int[]){pipes[0][0]}, 1), ERR_CLOSED);
    (void)close(ends[1]);
    for (int i = 0; i < 4; i++)
        (void)close(pipes[i / 2][i % 2]);
    buf_clear(&out);
    buf_clear(&in);
}

static unsigned
count_fds(void)
{
    unsigned n = 0;
    DIR *d = opendir("/proc/self/fd");
    assert_non_null(d);
    while (readdir(d) != NULL)
        n++;
    (void)closedir(d);
    return n;
}

/* Sends `n_bytes` of a frame's head with `n` descriptors beside them, past frame_send_fds's own limits. */
static void
send_raw(int fd, const char *bytes, size_t n_bytes, size_t n)
{
    union {
        char room[CMSG_SPACE(sizeof(int) * 8)];
        struct cmsghdr align;
    } control = {.room = {0}};
    char copy[16];
    memcpy(copy, bytes, n_bytes);
    struct iovec io = {copy, n_bytes};
    struct msghdr m = {.msg_iov = &io,
                       .msg_iovlen = 1,
                       .msg_control = control.room,
                       .msg_controllen = (OS_CMSG_LENGTH)CMSG_SPACE(sizeof(int) * n)};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = (OS_CMSG_LENGTH)CMSG_LEN(sizeof(int) * n);
    for (size_t i = 0; i < n; i++)
        memcpy(CMSG_DATA(c) + i * sizeof(int), &fd, sizeof(int));
    assert_int_equal(sendmsg(fd, &m, 0), n_bytes);
}

/* Anything that a bad peer sends besides its bytes is closed. */
static void
bad_peers_leave_no_descriptor(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n_bytes, n_fds;
        enum errcode expected;
    } peers[] = {{"\0\0\0\5\1\0\0\0\1", 9, FRAME_FDS, ERR_NONE},
                 {"\0\0\0\5\1\0\0\0\1", 9, FRAME_FDS + 1, ERR_PROTOCOL},
                 {"\0\0\0\4\1", 5, 2, ERR_PROTOCOL},
                 {"\0\0\0\5\1", 5, 2, ERR_PROTOCOL}};
    for (size_t i = 0; i < ARRAY_LEN(peers); i++) {
        unsigned before = count_fds();
        int ends[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
        struct buf in;
        buf_init(&in, FRAME_MAX);
        send_raw(ends[0], peers[i].bytes, peers[i].n_bytes, peers[i].n_fds);
        (void)shutdown(ends[0], SHUT_WR);
        int fds[FRAME_FDS];
        size_t n = 0;
        assert_int_equal(frame_receive_fds(ends[1], &in, fds, &n), peers[i].expected);
        assert_int_equal(n, peers[i].expected == ERR_NONE ? peers[i].n_fds : 0);
        for (size_t k = 0; k < n; k++)
            (void)close(fds[k]);
        (void)close(ends[0]);
        (void)close(ends[1]);
        assert_int_equal(count_fds(), before);
        buf_clear(&in);
    }
}

/* The second message of a frame brings one descriptor too many. */
static void
descriptors_are_counted_for_the_whole_frame(void **state)
{
    (void)state;
    unsigned before = count_fds();
    int ends[2], fds[FRAME_FDS];
    size_t n = 0;
    struct buf in;
    buf_init(&in, FRAME_MAX);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    send_raw(ends[0], "\0\0\0\5", 4, FRAME_FDS);
    send_raw(ends[0], "\1\0\0\0\1", 5, 1);
    assert_int_equal(frame_receive_fds(ends[1], &in, fds, &n), ERR_PROTOCOL);
    assert_int_equal(n, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    assert_int_equal(count_fds(), before);
    buf_clear(&in);
}

/* The kernel can add what is not a descriptor, such as the sender's credentials. */
static void
other_control_messages_are_skipped(void **state)
{
    (void)state;
    int ends[2], fds[FRAME_FDS], on = 1;
    size_t n = 1;
    struct buf in;
    buf_init(&in, FRAME_MAX);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    assert_int_equal(setsockopt(ends[1], SOL_SOCKET, SO_PASSCRED, &on, sizeof on), 0);
    assert_int_equal(send(ends[0], "\0\0\0\5\1\0\0\0\1", 9, 0), 9);
    assert_int_equal(frame_receive_fds(ends[1], &in, fds, &n), ERR_NONE);
    assert_int_equal(n, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    buf_clear(&in);
}

/* The rest of a frame is awaited, and not for ever. */
static void
a_frame_that_stops_half_way_ends(void **state)
{
    (void)state;
    int ends[2], fds[FRAME_FDS];
    size_t n = 0;
    struct buf in;
    buf_init(&in, FRAME_MAX);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends), 0);
    assert_int_equal(frame_receive_fds(ends[1], &in, fds, &n), ERR_MORE);
    send_raw(ends[0], "\0\0\0\5\1", 5, 1);
    assert_int_equal(frame_receive_fds(ends[1], &in, fds, &n), ERR_PROTOCOL);
    assert_int_equal(n, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    buf_clear(&in);
}

static void
what_is_not_a_socket_is_an_error(void **state)
{
    (void)state;
    struct buf out;
    buf_init(&out, FRAME_MAX);
    put_sample(&out, 1);
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    assert_int_equal(frame_send_all(fd, &out), ERR_IO);
    (void)close(fd);
    buf_clear(&out);
}

enum { LARGE = 8 * 1024 * 1024 };

/* A frame far larger than the socket's own buffer. */
static void
large(void **state)
{
    (void)state;
    int ends[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    struct buf b;
    buf_init(&b, FRAME_MAX + 4);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        size_t mark = frame_begin(&b, 1, 2);
        frame_put_u32(&b, LARGE + 1);
        unsigned char *p = buf_reserve(&b, LARGE);
        if (p == NULL)
            _exit(1);
        for (size_t i = 0; i < LARGE; i++)
            p[i] = (unsigned char)(i % 251);
        buf_commit(&b, LARGE);
        _exit(frame_end(&b, mark) == ERR_NONE && frame_send_all(ends[0], &b) == ERR_NONE ? 0 : 1);
    }
    struct frame f;
    assert_int_equal(frame_receive(ends[1], &b, &f), ERR_NONE);
    struct str s = frame_get_str(&f);
    assert_int_equal(frame_read_end(&f), ERR_NONE);
    assert_int_equal(s.n, LARGE);
    for (size_t i = 0; i < LARGE; i++)
        if ((unsigned char)s.p[i] != i % 251)
            fail_msg("byte %zu", i);
    frame_consume(&b, &f);
    int status = 1;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    buf_clear(&b);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(arrives_in_pieces),
        cmocka_unit_test(refuses_lies),
        cmocka_unit_test(takes_back_what_is_too_large),
        cmocka_unit_test(over_a_socket),
        cmocka_unit_test(with_descriptors),
        cmocka_unit_test(bad_peers_leave_no_descriptor),
        cmocka_unit_test(large),
        cmocka_unit_test(descriptors_are_counted_for_the_whole_frame),
        cmocka_unit_test(other_control_messages_are_skipped),
        cmocka_unit_test(a_frame_that_stops_half_way_ends),
        cmocka_unit_test(what_is_not_a_socket_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
