/* SPDX-License-Identifier: Apache-2.0 */
/* ticket_file: keys that follow each other, in a file without a name that cannot be changed. */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/rand.h"
#include "proc/ticket_file.h"

static struct cx cx;

static int
make(int before)
{
    int fd = -1;
    assert_int_equal(ticket_file_make(&cx, before, &fd), ERR_NONE);
    assert_true(fd >= 0 && ticket_file_is(fd));
    return fd;
}

static struct tls_tickets
read_keys(int fd)
{
    struct tls_tickets t;
    int64_t made = 0;
    assert_true(ticket_file_read(fd, &t, &made));
    assert_true(made > 0 && made <= clock_mono());
    return t;
}

static bool
is_same(const struct tls_ticket_key *a, const struct tls_ticket_key *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static void
each_key_is_new_and_the_one_before_stays_for_one_more_file(void **state)
{
    (void)state;
    int fds[3];
    struct tls_tickets t[3];
    for (size_t i = 0; i < 3; i++) {
        fds[i] = make(i == 0 ? -1 : fds[i - 1]);
        t[i] = read_keys(fds[i]);
    }
    assert_false(is_same(&t[0].keys[0], &t[0].keys[1]));
    for (size_t i = 1; i < 3; i++) {
        assert_true(is_same(&t[i].keys[1], &t[i - 1].keys[0]));
        for (size_t k = 0; k < TLS_TICKET_KEYS; k++)
            assert_false(is_same(&t[i].keys[0], &t[i - 1].keys[k]));
    }
    assert_memory_not_equal(t[0].keys[0].cipher, t[0].keys[0].mac, TLS_TICKET_KEY);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(close(fds[i]), 0);
}

static void
it_has_no_name_and_is_closed_to_every_change(void **state)
{
    (void)state;
    struct stat st;
    int fd = make(-1);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_nlink, 0);
    assert_int_equal(pwrite(fd, "x", 1, 0), -1);
    assert_int_equal(ftruncate(fd, 0), -1);
    assert_ptr_equal(mmap(NULL, 1, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0), MAP_FAILED);
    assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
    assert_int_equal(close(fd), 0);
}

static void
another_file_is_not_taken_for_one(void **state)
{
    (void)state;
    struct tls_tickets t;
    int64_t made = 0;
    char bytes[sizeof(int64_t) + sizeof t + 1] = {0};
    int open_one = memfd_create("another", MFD_CLOEXEC);
    for (size_t n = 0; n <= sizeof bytes; n++) {
        assert_int_equal(ftruncate(open_one, 0), 0);
        assert_int_equal(pwrite(open_one, bytes, n, 0), (int)n);
        assert_int_equal(ticket_file_read(open_one, &t, &made), n == sizeof bytes - 1);
        assert_false(ticket_file_is(open_one)); /* not sealed */
    }
    assert_int_equal(close(open_one), 0);
    assert_false(ticket_file_read(-1, &t, &made) || ticket_file_is(-1));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_key_is_new_and_the_one_before_stays_for_one_more_file),
        cmocka_unit_test(it_has_no_name_and_is_closed_to_every_change),
        cmocka_unit_test(another_file_is_not_taken_for_one),
    };
    cx_init(&cx);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    cx_clear(&cx);
    return failed;
}
