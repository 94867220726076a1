/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: addresses, names and paths, several fronts, and what is refused. */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proc/listeners.h"

static struct inherited none;

static const struct config_list two = {.items = (const struct str[]){STR("127.0.0.1:0"), STR("127.0.0.2:0")},
                                       .n = 2};

static enum errcode
open_all(struct cx *cx, const struct config_list *places, int64_t fronts, struct listeners *out)
{
    struct config config;
    config_init(&config);
    config.server_listen = *places;
    config.server_fronts = fronts;
    enum errcode err = listeners_open(cx, &config, &none, out);
    config_clear(&config);
    return err;
}

static enum errcode
open_one(struct cx *cx, struct str place, int64_t fronts, struct listeners *out)
{
    return open_all(cx, &(struct config_list){&place, 1}, fronts, out);
}

static void
each_front_has_a_socket_of_each_address(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    struct listeners l;
    assert_int_equal(open_all(&cx, &two, 3, &l), ERR_NONE);
    assert_int_equal(l.n, 2);
    for (size_t i = 0; i < l.n; i++) {
        assert_int_not_equal(l.sockets[i].at.inet.port, 0);
        for (size_t front = 0; front < 3; front++) {
            struct sockaddr_storage sa;
            socklen_t n = sizeof sa;
            struct inet_endpoint at;
            assert_int_equal(getsockname(l.sockets[i].fds[front], (struct sockaddr *)&sa, &n), 0);
            assert_int_equal(inet_from_sockaddr(&sa, &at), ERR_NONE);
            assert_int_equal(at.port, l.sockets[i].at.inet.port);
        }
    }
    struct buf text;
    buf_init(&text, 200);
    listeners_describe(&cx, &l, false, &text);
    assert_true(str_starts(buf_view(&text), STR_LIT(" 127.0.0.1:")));
    assert_true(str_find_str(buf_view(&text), STR_LIT(" 127.0.0.2:")) < text.len);
    buf_clear(&text);
    listeners_close(&l);
    cx_clear(&cx);
}

static void
a_plain_listener_is_one_socket_however_many_fronts_there_are(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    struct listeners l;
    struct config config;
    struct buf text;
    config_init(&config);
    config.server_listen = two;
    config.server_fronts = 3;
    config.tls_redirect_listen = (struct config_list){(const struct str[]){STR("127.0.0.3:0")}, 1};
    assert_int_equal(listeners_open(&cx, &config, &none, &l), ERR_NONE);
    assert_int_equal(l.n, 3);
    assert_true(l.sockets[2].is_redirect && !l.sockets[1].is_redirect);
    assert_true(l.sockets[2].fds[0] >= 0 && l.sockets[2].fds[1] == -1 && l.sockets[2].fds[2] == -1);
    buf_init(&text, 200);
    listeners_describe(&cx, &l, true, &text);
    assert_true(str_starts(buf_view(&text), STR_LIT(" 127.0.0.3:")));
    assert_int_equal(str_find_str(buf_view(&text), STR_LIT("127.0.0.1")), text.len);
    buf_clear(&text);
    listeners_close(&l);
    config_clear(&config);
    cx_clear(&cx);
}

static void
an_address_in_use_or_unreadable_is_refused(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    struct listeners l, again;
    assert_int_equal(open_one(&cx, two.items[0], 1, &l), ERR_NONE);
    struct str taken = inet_endpoint_format(&cx.arena, &l.sockets[0].at.inet);
    const struct str list[] = {two.items[1], taken};
    assert_int_equal(open_all(&cx, &(struct config_list){list, 2}, 1, &again), ERR_SYSTEM);
    assert_int_equal(again.n, 0);
    err_forget(&cx);
    assert_int_equal(open_one(&cx, STR_LIT("localhost"), 1, &again), ERR_CONFIG);
    listeners_close(&l);
    cx_clear(&cx);
}

static void
a_name_stands_for_each_of_its_addresses(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    struct listeners l;
    assert_int_equal(open_one(&cx, STR_LIT("localhost:0"), 2, &l), ERR_NONE);
    assert_true(l.n >= 1);
    for (size_t i = 0; i < l.n; i++)
        assert_true(inet_is_loopback(&l.sockets[i].at.inet.addr));
    listeners_close(&l);
    assert_int_equal(open_one(&cx, STR_LIT("no-such-name.invalid:0"), 1, &l), ERR_SYSTEM);
    assert_int_equal(l.n, 0);
    cx_clear(&cx);
}

/* In a folder of the test's own. */
static struct str
path_in(struct cx *cx, char *folder, const char *name)
{
    assert_non_null(mkdtemp(folder));
    return arena_printf(&cx->arena, "unix:%s/%s", folder, name);
}

static const char *
file_of(struct str place)
{
    return place.p + strlen("unix:");
}

static void
a_path_is_one_socket_for_all_fronts_and_for_no_other_account(void **state)
{
    (void)state;
    struct cx cx;
    char folder[] = "/tmp/listeners-XXXXXX";
    cx_init(&cx);
    struct listeners l;
    struct str place = path_in(&cx, folder, "door");
    assert_int_equal(open_one(&cx, place, 3, &l), ERR_NONE);
    struct stat st, other;
    assert_int_equal(lstat(file_of(place), &st), 0);
    assert_true(S_ISSOCK(st.st_mode));
    assert_int_equal(st.st_mode & 07777, 0600);
    assert_int_equal(fstat(l.sockets[0].fds[0], &st), 0);
    assert_int_equal(fstat(l.sockets[0].fds[2], &other), 0);
    assert_int_equal(st.st_ino, other.st_ino);
    listeners_close(&l);
    assert_int_equal(unlink(file_of(place)), 0);
    assert_int_equal(rmdir(folder), 0);
    cx_clear(&cx);
}

static void
a_socket_that_was_left_behind_is_replaced_and_nothing_else_is(void **state)
{
    (void)state;
    struct cx cx;
    char folder[] = "/tmp/listeners-XXXXXX";
    cx_init(&cx);
    struct listeners l, again;
    struct str place = path_in(&cx, folder, "door");
    assert_int_equal(open_one(&cx, place, 1, &l), ERR_NONE);
    assert_int_equal(open_one(&cx, place, 1, &again), ERR_SYSTEM);
    err_forget(&cx);
    listeners_close(&l);
    assert_int_equal(open_one(&cx, place, 1, &l), ERR_NONE);
    listeners_close(&l);
    assert_int_equal(unlink(file_of(place)), 0);
    FILE *file = fopen(file_of(place), "w");
    assert_non_null(file);
    (void)fclose(file);
    assert_int_equal(open_one(&cx, place, 1, &l), ERR_SYSTEM);
    assert_int_equal(unlink(file_of(place)), 0);
    assert_int_equal(rmdir(folder), 0);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_front_has_a_socket_of_each_address),
        cmocka_unit_test(a_plain_listener_is_one_socket_however_many_fronts_there_are),
        cmocka_unit_test(an_address_in_use_or_unreadable_is_refused),
        cmocka_unit_test(a_name_stands_for_each_of_its_addresses),
        cmocka_unit_test(a_path_is_one_socket_for_all_fronts_and_for_no_other_account),
        cmocka_unit_test(a_socket_that_was_left_behind_is_replaced_and_nothing_else_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
