/* SPDX-License-Identifier: Apache-2.0 */
/* tls_names: which certificates serve a host name. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "http/tls_names.h"

struct world {
    struct cx cx;
    struct tls_names names;
};

static int
set_up(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    assert_non_null(w);
    cx_init(&w->cx);
    tls_names_init(&w->names);
    *state = w;
    return 0;
}

static int
tear_down(void **state)
{
    struct world *w = *state;
    tls_names_clear(&w->names);
    cx_clear(&w->cx);
    free(w);
    return 0;
}

static void
add(struct world *w, const char *name, unsigned i, uint32_t rivals)
{
    assert_int_equal(tls_names_add(&w->cx, &w->names, str_from_cstr(name), i, rivals), ERR_NONE);
}

static uint32_t
find(struct world *w, const char *host)
{
    return tls_names_find(&w->names, str_from_cstr(host));
}

static void
a_name_is_found_in_any_case(void **state)
{
    struct world *w = *state;
    assert_int_equal(find(w, "a.example"), 0);
    add(w, "a.Example", 0, 0);
    add(w, "b.example", 1, 0);
    tls_names_sort(&w->names);
    assert_int_equal(find(w, "A.EXAMPLE"), 1);
    assert_int_equal(find(w, "b.example"), 2);
    assert_int_equal(find(w, "c.example"), 0);
    assert_int_equal(find(w, "example"), 0);
}

static void
a_star_stands_for_one_label_and_gives_way_to_the_name_itself(void **state)
{
    struct world *w = *state;
    add(w, "*.example.com", 0, 0);
    add(w, "a.example.com", 1, 0);
    tls_names_sort(&w->names);
    assert_int_equal(find(w, "b.example.com"), 1);
    assert_int_equal(find(w, "a.example.com"), 2);
    assert_int_equal(find(w, "c.b.example.com"), 0);
    assert_int_equal(find(w, "example.com"), 0);
    assert_int_equal(find(w, "*.example.com"), 0);
}

static void
of_rivals_the_first_serves_and_another_type_of_key_stands_beside_it(void **state)
{
    struct world *w = *state;
    add(w, "a.example", 0, 0);
    add(w, "a.example", 1, 1); /* the same type as 0 */
    add(w, "a.example", 2, 0);
    add(w, "b.example", 1, 1);
    tls_names_sort(&w->names);
    assert_int_equal(find(w, "a.example"), 5);
    assert_int_equal(find(w, "b.example"), 2);
}

static void
what_is_not_a_name_is_never_found(void **state)
{
    struct world *w = *state;
    static const char *const wrong[] = {"",     ".",     "a..b",        ".a",    "a.",    "a b",
                                        "a/b",  "*",     "*.",          "a.*.b", "*a.b",  "a\xff.example",
                                        "a\"b", "[::1]", "2001:db8::1", "*.*.b", "**.b.c"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        add(w, wrong[i], 0, 0);
    assert_int_equal(w->names.n, 0);
    add(w, "good.example", 0, 0);
    tls_names_sort(&w->names);
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_int_equal(find(w, wrong[i]), 0);
    char longest[300];
    memset(longest, 'a', sizeof longest);
    for (size_t n = 250; n < sizeof longest; n++)
        assert_int_equal(tls_names_find(&w->names, (struct str){longest, n}), 0);
    assert_int_equal(tls_names_find(&w->names, (struct str){"good.example\0.evil", 18}), 0);
}

static void
their_number_is_bounded(void **state)
{
    struct world *w = *state;
    char name[32];
    for (int i = 0; i < TLS_NAMES_MAX; i++) {
        (void)snprintf(name, sizeof name, "n%d.example", i);
        add(w, name, 0, 0);
    }
    assert_int_equal(tls_names_add(&w->cx, &w->names, STR_LIT("one.more"), 0, 0), ERR_LIMIT);
    add(w, "n7.example", 1, 0);
    tls_names_sort(&w->names);
    assert_int_equal(find(w, "n7.example"), 3);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_name_is_found_in_any_case),
        CASE(a_star_stands_for_one_label_and_gives_way_to_the_name_itself),
        CASE(of_rivals_the_first_serves_and_another_type_of_key_stands_beside_it),
        CASE(what_is_not_a_name_is_never_found),
        CASE(their_number_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
