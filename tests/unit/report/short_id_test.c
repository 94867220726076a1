/* SPDX-License-Identifier: Apache-2.0 */
/* short_id: which rules by address are meant by the first digits of an id. */
#include "tests/unit/accounts/fixture.h"

#include "report/short_id.h"

static void
add_rule(struct fixture *f, int64_t id)
{
    assert_ok(db_exec(
        &f->cx, NULL,
        "INSERT INTO address_rule (id, company_id, position, verdict, net) VALUES ($1, $2, $1, 'deny', "
        "'192.0.2.1')",
        "ii", id, f->company));
}

static void
the_beginning_of_an_id(void **state)
{
    static const int64_t ids[] = {12345, 1234567, INT64_C(1234000000000000000), 99, 990000, INT64_MAX};
    static const struct {
        const char *word;
        size_t n;
        int64_t first;
    } cases[] = {{"1234", 3, 12345},
                 {"12345", 1, 12345}, /* a whole id is that one alone, whatever begins with it */
                 {"123456", 1, 1234567},
                 {"1234567", 1, 1234567},
                 {"1235", 0, 0},
                 {"12345678", 0, 0},
                 {"99", 1, 99},
                 {"990", 0, 0}, /* too short to be a beginning */
                 {"9900", 1, 990000},
                 {"9223", 1, INT64_MAX},
                 {"9223372036854775807", 1, INT64_MAX},
                 {"922337203685477580", 1, INT64_MAX}};
    struct fixture *f = *state;
    struct short_id found;
    for (size_t i = 0; i < ARRAY_LEN(ids); i++)
        add_rule(f, ids[i]);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_ok(short_id_find(&f->cx, STORE_ID_RULE, str_from_cstr(cases[i].word), &found));
        if (found.n != cases[i].n || (found.n > 0 && found.ids[0] != cases[i].first))
            fail_msg("%s: %zu, first %lld", cases[i].word, found.n, (long long)found.ids[0]);
    }
    static const char *const wrong[] = {"", "x", "12a4", "-1234", "0", "9223372036854775808"};
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_fails(&f->cx, short_id_find(&f->cx, STORE_ID_RULE, str_from_cstr(wrong[i]), &found),
                     ERR_SYNTAX);
}

static void
no_more_are_read_than_are_shown(void **state)
{
    struct fixture *f = *state;
    struct short_id found;
    for (int64_t id = 777700; id < 777700 + 2 * SHORT_ID_MOST; id++)
        add_rule(f, id);
    assert_ok(short_id_find(&f->cx, STORE_ID_RULE, STR_LIT("7777"), &found));
    assert_int_equal(found.n, SHORT_ID_MOST);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_beginning_of_an_id, fixture_set_up, fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_more_are_read_than_are_shown, fixture_set_up, fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
