/* SPDX-License-Identifier: Apache-2.0 */
/* Listening sockets: several addresses, several fronts, and what is refused. */
#include "tests/unit/unit.h"

#include <sys/socket.h>

#include "proc/listeners.h"

static const struct str two[] = {STR("127.0.0.1:0"), STR("127.0.0.2:0")};
static struct inherited none;

static void
each_front_has_a_socket_of_each_address(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    struct listeners l;
    assert_int_equal(listeners_open(&cx, &(struct config_list){two, 2}, 3, &none, &l), ERR_NONE);
    assert_int_equal(l.n, 2);
    for (size_t i = 0; i < l.n; i++) {
        assert_int_not_equal(l.at[i].port, 0);
        for (size_t front = 0; front < 3; front++) {
            struct sockaddr_storage sa;
            socklen_t n = sizeof sa;
            struct inet_endpoint at;
            assert_int_equal(getsockname(l.fds[i][front], (struct sockaddr *)&sa, &n), 0);
            assert_int_equal(inet_from_sockaddr(&sa, &at), ERR_NONE);
            assert_int_equal(at.port, l.at[i].port);
        }
    }
    struct buf text;
    buf_init(&text, 200);
    listeners_describe(&cx, &l, &text);
    assert_true(str_starts(buf_view(&text), STR_LIT(" 127.0.0.1:")));
    assert_true(str_find_str(buf_view(&text), STR_LIT(" 127.0.0.2:")) < text.len);
    buf_clear(&text);
    listeners_close(&l);
    cx_clear(&cx);
}

static void
an_address_in_use_or_unreadable_is_refused(void **state)
{
    (void)state;
    struct cx cx;
    cx_init(&cx);
    struct listeners l, again;
    assert_int_equal(listeners_open(&cx, &(struct config_list){two, 1}, 1, &none, &l), ERR_NONE);
    struct str taken = inet_endpoint_format(&cx.arena, &l.at[0]);
    const struct str list[] = {two[1], taken};
    assert_int_equal(listeners_open(&cx, &(struct config_list){list, 2}, 1, &none, &again), ERR_SYSTEM);
    assert_int_equal(again.n, 0);
    err_forget(&cx);
    const struct str nonsense = STR_LIT("localhost");
    assert_int_equal(listeners_open(&cx, &(struct config_list){&nonsense, 1}, 1, &none, &again), ERR_CONFIG);
    listeners_close(&l);
    cx_clear(&cx);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_front_has_a_socket_of_each_address),
        cmocka_unit_test(an_address_in_use_or_unreadable_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
