/* SPDX-License-Identifier: Apache-2.0 */
/* checkpoint: the note that is signed, and what is not accepted as one. */
#include "tests/unit/accounts/fixture.h"

#include "base/codec.h"
#include "ledger/checkpoint.h"

static const struct checkpoint some = {.origin = STR("sign-in.example/audit"), .size = 42, .root = {{7}}};

static void
a_log_is_called_by_the_public_address(void **state)
{
    static const struct {
        struct str url;
        const char *origin;
    } cases[] = {{STR("https://sign-in.example"), "sign-in.example/audit"},
                 {STR("http://[2001:db8::1]:8080/a b+c"), "[2001:db8::1]:8080/a-b-c/audit"},
                 {STR(""), "countersign/audit"}};
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        f->env.public_url = cases[i].url;
        assert_str(checkpoint_origin(&f->cx), cases[i].origin);
    }
}

static void
a_note_is_read_again(void **state)
{
    struct fixture *f = *state;
    struct checkpoint read;
    struct str note = checkpoint_sign(&f->cx, &some), key = checkpoint_key(&f->cx, some.origin);
    assert_true(
        str_starts(note, STR_LIT("sign-in.example/audit\n42\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n"
                                 "\xe2\x80\x94 sign-in.example/audit ")));
    assert_true(str_starts(key, STR_LIT("sign-in.example/audit+")));
    assert_ok(checkpoint_read(&f->cx, note, &read));
    assert_str(read.origin, "sign-in.example/audit");
    assert_int_equal(read.size, 42);
    assert_memory_equal(read.root.bytes, some.root.bytes, sizeof read.root.bytes);
    /* with lines that others have added to it */
    struct str other =
        arena_printf(&f->cx.arena, "%.*s\xe2\x80\x94 witness.example AAAAAAAA\n", STR_ARG(note));
    assert_ok(checkpoint_read(&f->cx, other, &read));
    const size_t text = str_find_str(note, STR_LIT("\n\n")) + 2;
    other = arena_printf(&f->cx.arena, "%.*s\xe2\x80\x94 witness.example AAAAAAAA\n%.*s", (int)text, note.p,
                         STR_ARG(str_sub(note, text, SIZE_MAX)));
    assert_ok(checkpoint_read(&f->cx, other, &read));
}

/* Each byte counts, and so does the key. */
static void
no_changed_note_is_accepted(void **state)
{
    struct fixture *f = *state;
    struct checkpoint read;
    struct str note = checkpoint_sign(&f->cx, &some);
    for (size_t i = 0; i < note.n; i++) {
        char *copy = arena_cstr(&f->cx.arena, note);
        copy[i] = (char)(copy[i] ^ 1);
        const enum errcode err = checkpoint_read(&f->cx, (struct str){copy, note.n}, &read);
        assert_true(err == ERR_SYNTAX || err == ERR_CRYPTO);
        err_forget(&f->cx);
        assert_int_not_equal(checkpoint_read(&f->cx, str_sub(note, 0, i), &read), ERR_NONE);
        err_forget(&f->cx);
    }
    f->env.ledger.bytes[0] ^= 1;
    assert_fails(&f->cx, checkpoint_read(&f->cx, note, &read), ERR_CRYPTO);
}

static void
what_is_no_checkpoint_is_refused(void **state)
{
    static const struct str notes[] = {
        STR(""),
        STR("a\n"),
        STR("a\n1\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"),
        STR("\n1\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xe2\x80\x94 a AAAAAAAA\n"),
        STR("a\n01\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xe2\x80\x94 a AAAAAAAA\n"),
        STR("a\n-1\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xe2\x80\x94 a AAAAAAAA\n"),
        STR("a\n1\nBwAA\n\n\xe2\x80\x94 a AAAAAAAA\n"),
        STR("a\n1\n\n\xe2\x80\x94 a AAAAAAAA\n"),
        STR("a\n1\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xe2\x80\x94 a AAAAAAAA"),
        STR("a\n1\nBwAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n\xe2\x80\x94 a AAAAAAAA\nmore\n"),
    };
    struct fixture *f = *state;
    struct checkpoint read;
    for (size_t i = 0; i < ARRAY_LEN(notes); i++)
        assert_fails(&f->cx, checkpoint_read(&f->cx, notes[i], &read), ERR_SYNTAX);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_log_is_called_by_the_public_address, fixture_set_up_bare,
                                        fixture_tear_down),
        cmocka_unit_test_setup_teardown(a_note_is_read_again, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(no_changed_note_is_accepted, fixture_set_up_bare, fixture_tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_checkpoint_is_refused, fixture_set_up_bare,
                                        fixture_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
