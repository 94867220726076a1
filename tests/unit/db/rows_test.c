/* SPDX-License-Identifier: Apache-2.0 */
/* rows: a row is what its description says, or it is an error; and the description makes the SQL's texts. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/cx.h"
#include "db/db.h"
#include "db/rows.h"

enum colour { RED, GREEN, BLUE };
static const char *const colours[] = {"red", "green", "blue"};
static const char *const sides[] = {"left", "right"};
#define ROWS_C_colour enum colour
#define ROWS_IS_colour ROWS_WORDS(ROWS_WORD, colours)
#define ROWS_C_side bool
#define ROWS_IS_side ROWS_WORDS(ROWS_EITHER, sides)

struct seat {
    int64_t id, owner;
    bool is_taken;
    struct str name, note, key, seal;
    struct digest token, account;
    enum colour colour;
    bool is_right, is_early, is_sound;
};
#define SEAT(FIRST, COLUMN, EXPRESSION)   \
    FIRST(seat, integer, id)              \
    COLUMN(seat, reference, owner)        \
    COLUMN(seat, flag, is_taken)          \
    COLUMN(seat, text, name)              \
    COLUMN(seat, text_or_null, note)      \
    COLUMN(seat, blob, key)               \
    COLUMN(seat, blob_or_null, seal)      \
    COLUMN(seat, digest, token)           \
    COLUMN(seat, digest_or_null, account) \
    COLUMN(seat, colour, colour)          \
    COLUMN(seat, side, is_right)          \
    EXPRESSION(seat, flag, is_early, "CASE WHEN id < 5 THEN 1 ELSE 0 END")
ROWS_TYPE(seats, seat, SEAT, .missing = "no such seat");
ROWS_TYPE(judged, seat, SEAT, .verdict = offsetof(struct seat, is_sound));

static const char table[] = "CREATE TABLE seat (id BIGINT, owner BIGINT, is_taken BIGINT, name TEXT, note "
                            "TEXT, key BYTEA, seal BYTEA, "
                            "token BYTEA, account BYTEA, colour TEXT, is_right TEXT, more BIGINT)";
static const char insert[] =
    "INSERT INTO seat (" ROWS_STORED(SEAT) ", more) VALUES (" ROWS_PARAMETERS(SEAT) ", $12)";
static const char by_id[] = "SELECT " ROWS_COLUMNS(SEAT) " FROM seat WHERE id = $1";
static const char all[] = "SELECT " ROWS_COLUMNS(SEAT) " FROM seat ORDER BY id";

static int
set_up(void **state)
{
    struct cx *cx = calloc(1, sizeof *cx);
    assert_non_null(cx);
    cx_init(cx);
    assert_int_equal(db_open(cx, STR_LIT(":memory:"), DB_CREATE, CLOCK_S, &cx->db), ERR_NONE);
    assert_int_equal(db_exec(cx, NULL, table, ""), ERR_NONE);
    *state = cx;
    return 0;
}

static int
tear_down(void **state)
{
    struct cx *cx = *state;
    db_close(&cx->db);
    cx_clear(cx);
    free(cx);
    return 0;
}

static struct seat
some_seat(int64_t id)
{
    return (struct seat){.id = id,
                         .name = STR_LIT("window"),
                         .key = STR_LIT("k\0y"),
                         .token = {{1, 2, 3}},
                         .colour = GREEN,
                         .is_right = true};
}

static void
add(struct cx *cx, const struct seat *seat)
{
    assert_int_equal(rows_insert(cx, &seats, seat, insert, "i", (int64_t)7), ERR_NONE);
}

static void
texts_come_from_the_list(void **state)
{
    (void)state;
    assert_string_equal(ROWS_COLUMNS(SEAT), ROWS_STORED(SEAT) ", CASE WHEN id < 5 THEN 1 ELSE 0 END");
    assert_string_equal(ROWS_STORED(SEAT),
                        "id, owner, is_taken, name, note, key, seal, token, account, colour, is_right");
    assert_string_equal(ROWS_PARAMETERS(SEAT), "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11");
    assert_string_equal(ROWS_32,
                        "$1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, "
                        "$18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, $32");
}

static void
what_is_written_is_read(void **state)
{
    struct cx *cx = *state;
    struct seat seat = some_seat(1), read;
    add(cx, &seat);
    assert_int_equal(rows_one(cx, &seats, &read, by_id, "i", (int64_t)1), ERR_NONE);
    assert_int_equal(read.id, 1);
    assert_int_equal(read.owner, 0);
    assert_str(read.name, "window");
    assert_true(str_is_null(read.note) && str_is_null(read.seal));
    assert_true(str_eq(read.key, seat.key));
    assert_memory_equal(&read.token, &seat.token, sizeof seat.token);
    assert_memory_equal(&read.account, &seat.account, sizeof seat.account);
    assert_int_equal(read.colour, GREEN);
    assert_true(read.is_right && read.is_early && !read.is_taken);
    seat = (struct seat){.id = 9,
                         .owner = 4,
                         .is_taken = true,
                         .name = STR_LIT(""),
                         .note = STR_LIT("n"),
                         .key = STR_LIT(""),
                         .seal = STR_LIT("s"),
                         .account = {{9}},
                         .colour = BLUE};
    add(cx, &seat);
    assert_int_equal(rows_one(cx, &seats, &read, by_id, "i", (int64_t)9), ERR_NONE);
    assert_true(read.owner == 4 && read.is_taken && !read.is_right && !read.is_early && read.colour == BLUE);
    assert_true(!str_is_null(read.name) && read.name.n == 0 && !str_is_null(read.key) && read.key.n == 0);
    assert_memory_equal(&read.account, &seat.account, sizeof seat.account);
}

static void
an_argument_may_be_a_member_of_the_row(void **state)
{
    struct cx *cx = *state;
    struct seat seat = some_seat(1);
    add(cx, &seat);
    assert_int_equal(rows_one(cx, &seats, &seat, "SELECT " ROWS_COLUMNS(SEAT) " FROM seat WHERE token = $1",
                              "d", &seat.token),
                     ERR_NONE);
    assert_int_equal(seat.id, 1);
}

static void
nothing_is_stored_as_null(void **state)
{
    struct cx *cx = *state;
    struct seat seat = some_seat(1);
    int64_t n;
    add(cx, &seat);
    assert_int_equal(rows_number(cx, &n,
                                 "SELECT count(*) FROM seat WHERE owner IS NULL AND account IS NULL AND "
                                 "note IS NULL AND seal IS NULL AND more = 7 AND colour = 'green' AND "
                                 "is_right = 'right' AND is_taken = 0",
                                 ""),
                     ERR_NONE);
    assert_int_equal(n, 1);
    assert_int_equal(db_exec(cx, NULL, "UPDATE seat SET owner = $1, more = $2", "rr", (int64_t)0, (int64_t)3),
                     ERR_NONE);
    assert_int_equal(rows_number(cx, &n, "SELECT count(*) FROM seat WHERE owner IS NULL AND more = 3", ""),
                     ERR_NONE);
    assert_int_equal(n, 1);
}

static const char *const damages[] = {
    "id = NULL",
    "id = 'x'",
    "id = 1.5",
    "owner = 0",
    "owner = 'x'",
    "owner = x'01'",
    "is_taken = NULL",
    "is_taken = 2",
    "is_taken = -1",
    "is_taken = 'yes'",
    "is_taken = x'01'",
    "is_taken = 0.5",
    "name = NULL",
    "name = x'61'",
    "note = x'61'",
    "key = NULL",
    "key = 'k'",
    "key = 5",
    "seal = 's'",
    "token = NULL",
    "token = x'0102'",
    "token = 'abcdefghijklmnopqrstuvwxyzabcdef'",
    "account = x'01'",
    "account = 'a'",
    "account = 0",
    "colour = NULL",
    "colour = 'Red'",
    "colour = ''",
    "colour = x'726564'",
    "colour = 'purple'",
    "is_right = NULL",
    "is_right = 'up'",
    "is_right = x'6c656674'",
};

static void
a_wrong_value_is_an_error_and_nothing_is_returned(void **state)
{
    struct cx *cx = *state;
    static const struct seat zero;
    struct seat first = some_seat(1), read, *list;
    size_t n;
    add(cx, &first);
    for (size_t i = 0; i < ARRAY_LEN(damages); i++) {
        const struct seat second = some_seat(2);
        add(cx, &second);
        /* The text's address is the key of the statement cache: each damage needs its own for good. */
        struct str sql = arena_printf(&cx->arena, "UPDATE seat SET more = 5, %s WHERE id = 2", damages[i]);
        assert_int_equal(db_exec(cx, NULL, sql.p, ""), ERR_NONE);
        print_message("%s\n", damages[i]);
        memset(&read, 1, sizeof read);
        assert_int_equal(
            rows_one(cx, &seats, &read, "SELECT " ROWS_COLUMNS(SEAT) " FROM seat WHERE more = 5", ""),
            ERR_STORE);
        assert_memory_equal(&read, &zero, sizeof zero);
        assert_int_equal(
            rows_optional(cx, &seats, &read, "SELECT " ROWS_COLUMNS(SEAT) " FROM seat WHERE more = 5", ""),
            ERR_STORE);
        assert_int_equal(rows_list(cx, &seats, &list, &n, all, ""), ERR_STORE);
        assert_true(list == NULL && n == 0);
        assert_int_equal(rows_list(cx, &judged, &list, &n, all, ""), ERR_NONE);
        assert_int_equal(n, 2);
        assert_int_equal(list[0].is_sound + list[1].is_sound, 1);
        assert_int_equal(db_exec(cx, NULL, "DELETE FROM seat WHERE more = 5", ""), ERR_NONE);
    }
}

static void
a_wrong_value_fails_the_whole_transaction(void **state)
{
    struct cx *cx = *state;
    struct seat seat = some_seat(1), read;
    add(cx, &seat);
    assert_int_equal(db_begin(cx), ERR_NONE);
    assert_int_equal(db_exec(cx, NULL, "UPDATE seat SET is_taken = 2", ""), ERR_NONE);
    assert_int_equal(rows_one(cx, &seats, &read, by_id, "i", (int64_t)1), ERR_STORE);
    assert_int_equal(db_commit(cx), ERR_STORE);
    assert_int_equal(rows_one(cx, &seats, &read, by_id, "i", (int64_t)1), ERR_NONE);
}

static void
no_row_is_not_found_or_zero(void **state)
{
    struct cx *cx = *state;
    static const struct seat zero;
    struct seat read, *list = &read;
    size_t n = 5;
    int64_t number = 5;
    memset(&read, 1, sizeof read);
    assert_int_equal(rows_one(cx, &seats, &read, by_id, "i", (int64_t)1), ERR_NOT_FOUND);
    assert_non_null(strstr(cx->detail, "no such seat"));
    assert_memory_equal(&read, &zero, sizeof zero);
    memset(&read, 1, sizeof read);
    err_forget(cx);
    assert_int_equal(rows_optional(cx, &seats, &read, by_id, "i", (int64_t)1), ERR_NONE);
    assert_memory_equal(&read, &zero, sizeof zero);
    assert_int_equal(rows_list(cx, &seats, &list, &n, all, ""), ERR_NONE);
    assert_true(list == NULL && n == 0);
    assert_int_equal(rows_number(cx, &number, "SELECT id FROM seat", ""), ERR_NONE);
    assert_int_equal(number, 0);
}

static void
a_number_must_be_one(void **state)
{
    struct cx *cx = *state;
    int64_t number = 5;
    assert_int_equal(rows_number(cx, &number, "SELECT NULL", ""), ERR_STORE);
    assert_int_equal(number, 0);
    assert_int_equal(rows_number(cx, &number, "SELECT '7'", ""), ERR_STORE);
    assert_int_equal(number, 0);
    assert_int_equal(rows_number(cx, &number, "SELECT 7", ""), ERR_NONE);
    assert_int_equal(number, 7);
}

static void
a_list_grows_and_keeps_what_it_has(void **state)
{
    struct cx *cx = *state;
    struct seat seat = some_seat(0), *list;
    int64_t *ids;
    struct str *names;
    size_t n;
    for (; seat.id < 100; seat.id++)
        add(cx, &seat);
    assert_int_equal(rows_list(cx, &seats, &list, &n, all, ""), ERR_NONE);
    assert_int_equal(n, 100);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(list[i].id, i);
    assert_int_equal(rows_list(cx, &rows_integers, &ids, &n, "SELECT id FROM seat ORDER BY id DESC", ""),
                     ERR_NONE);
    assert_true(n == 100 && ids[0] == 99 && ids[99] == 0);
    assert_int_equal(rows_list(cx, &rows_texts, &names, &n, "SELECT name FROM seat LIMIT 9", ""), ERR_NONE);
    assert_int_equal(n, 9);
    assert_str(names[8], "window");
}

static void
a_change_with_returning_is_run_to_its_end(void **state)
{
    struct cx *cx = *state;
    struct seat seat = some_seat(1), read;
    int64_t n;
    add(cx, &seat);
    seat.id = 2;
    add(cx, &seat);
    assert_int_equal(
        rows_one(cx, &seats, &read, "UPDATE seat SET is_taken = 1 RETURNING " ROWS_COLUMNS(SEAT), ""),
        ERR_NONE);
    assert_true(read.is_taken);
    assert_int_equal(rows_number(cx, &n, "SELECT count(*) FROM seat WHERE is_taken = 1", ""), ERR_NONE);
    assert_int_equal(n, 2);
}

static void
a_change_says_whether_one_row_changed(void **state)
{
    struct cx *cx = *state;
    struct seat seat = some_seat(1);
    bool changed = false;
    add(cx, &seat);
    assert_int_equal(db_exec_one(cx, &changed, "UPDATE seat SET more = 1 WHERE id = $1", "i", (int64_t)1),
                     ERR_NONE);
    assert_true(changed);
    assert_int_equal(db_exec_one(cx, &changed, "UPDATE seat SET more = 1 WHERE id = $1", "i", (int64_t)2),
                     ERR_NONE);
    assert_false(changed);
    changed = true;
    assert_int_equal(db_exec_one(cx, &changed, "UPDATE nothing SET more = 1", ""), ERR_STORE);
    assert_false(changed);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_come_from_the_list),
        cmocka_unit_test_setup_teardown(what_is_written_is_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_argument_may_be_a_member_of_the_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_stored_as_null, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_value_is_an_error_and_nothing_is_returned, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_wrong_value_fails_the_whole_transaction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_row_is_not_found_or_zero, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_number_must_be_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_list_grows_and_keeps_what_it_has, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_with_returning_is_run_to_its_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_change_says_whether_one_row_changed, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
