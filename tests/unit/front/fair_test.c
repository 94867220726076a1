/* SPDX-License-Identifier: Apache-2.0 */
/* fair: who is next, and who gives way. */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/err.h"
#include "front/fair.h"

enum { MOST = 64 };

struct thing {
    struct fair_item item;
    char name;
};

static struct fair fair;
static struct thing things[MOST];
static size_t n_things;

static int
set_up(void **state)
{
    (void)state;
    fair_init(&fair, MOST);
    n_things = 0;
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    while (fair_take(&fair) != NULL)
        continue;
    fair_clear(&fair);
    return 0;
}

static struct inet_addr
address(const char *text)
{
    struct inet_addr a;
    assert_int_equal(inet_parse(str_from_cstr(text), &a), ERR_NONE);
    return a;
}

static struct thing *
put(char name, const char *from)
{
    struct inet_addr a = address(from);
    struct thing *t = &things[n_things++];
    t->name = name;
    fair_item_init(&t->item);
    fair_put(&fair, &t->item, &a);
    return t;
}

static void
put_many(size_t n, char name, const char *from)
{
    while (n-- > 0)
        (void)put(name, from);
}

/* Takes all; their names in their order. */
static void
assert_order(const char *expected)
{
    char names[MOST + 1] = "";
    size_t n = 0;
    struct fair_item *i;

    while ((i = fair_take(&fair)) != NULL)
        names[n++] = LIST_ITEM(i, struct thing, item)->name;
    names[n] = '\0';
    assert_string_equal(names, expected);
    assert_int_equal(fair_count(&fair), 0);
}

static char
excess(const char *from)
{
    struct inet_addr a = address(from);
    struct fair_item *i = fair_excess(&fair, &a);
    return i == NULL ? '-' : LIST_ITEM(i, struct thing, item)->name;
}

static void
one_source_is_served_in_order(void **state)
{
    (void)state;
    (void)put('a', "192.0.2.1");
    (void)put('b', "192.0.2.1");
    (void)put('c', "192.0.2.1");
    assert_order("abc");
}

static void
sources_are_served_one_after_the_other(void **state)
{
    (void)state;
    put_many(4, 'a', "192.0.2.1");
    put_many(2, 'b', "198.51.100.1");
    (void)put('c', "203.0.113.1");
    assert_order("abcabaa");
}

static void
a_network_shares_one_turn(void **state)
{
    (void)state;
    (void)put('a', "192.0.2.1");
    (void)put('b', "192.0.2.2");
    (void)put('c', "192.0.2.3");
    (void)put('d', "192.0.3.1");
    (void)put('z', "198.51.100.1");
    assert_order("azdbc");
}

static void
a_prefix_of_version_6_is_one_source_and_its_networks_share(void **state)
{
    struct inet_addr a = address("2001:db8:1:2::1");

    (void)state;
    (void)put('a', "2001:db8:1:2::1");
    (void)put('a', "2001:db8:1:2:ffff::1");
    (void)put('b', "2001:db8:1:3::1");
    (void)put('c', "2001:db8:2::1");
    (void)put('z', "2001:db9::1");
    assert_int_equal(fair_count_of(&fair, &a), 2);
    assert_int_equal(fair_count(&fair), 5);
    assert_order("azcba");
}

static void
the_versions_are_apart(void **state)
{
    (void)state;
    put_many(2, 'a', "32.1.13.184");
    put_many(2, 'b', "2001:db8::");
    assert_order("abab");
}

static void
what_leaves_is_passed_over(void **state)
{
    (void)state;
    (void)put('a', "192.0.2.1");
    struct thing *b = put('b', "198.51.100.1");
    (void)put('c', "203.0.113.1");
    fair_remove(&fair, &b->item);
    fair_remove(&fair, &b->item);
    assert_order("ac");
}

static void
who_has_most_gives_way_to_who_has_less(void **state)
{
    (void)state;
    put_many(3, 'a', "192.0.2.1");
    put_many(5, 'b', "198.51.100.1");
    (void)put('B', "198.51.100.1");
    assert_int_equal(excess("203.0.113.1"), 'B');
    assert_int_equal(excess("192.0.2.1"), 'B');
    assert_int_equal(excess("198.51.100.1"), '-');
}

static void
a_network_of_many_sources_is_who_has_most(void **state)
{
    (void)state;
    (void)put('a', "2001:db8:0:1::1");
    (void)put('a', "2001:db8:0:2::1");
    (void)put('a', "2001:db8:0:3::1");
    (void)put('b', "192.0.2.1");
    assert_int_equal(excess("203.0.113.1"), 'a');
    assert_int_equal(excess("192.0.2.1"), 'a');
    assert_int_equal(excess("2001:db8:0:4::1"), '-');
}

static void
equals_do_not_displace_each_other(void **state)
{
    (void)state;
    assert_int_equal(excess("203.0.113.1"), '-');
    (void)put('a', "192.0.2.1");
    assert_int_equal(excess("203.0.113.1"), '-');
    (void)put('a', "192.0.2.1");
    assert_int_equal(excess("203.0.113.1"), 'a');
}

#define FAIR_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        FAIR_TEST(one_source_is_served_in_order),
        FAIR_TEST(sources_are_served_one_after_the_other),
        FAIR_TEST(a_network_shares_one_turn),
        FAIR_TEST(a_prefix_of_version_6_is_one_source_and_its_networks_share),
        FAIR_TEST(the_versions_are_apart),
        FAIR_TEST(what_leaves_is_passed_over),
        FAIR_TEST(who_has_most_gives_way_to_who_has_less),
        FAIR_TEST(a_network_of_many_sources_is_who_has_most),
        FAIR_TEST(equals_do_not_displace_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
