/* SPDX-License-Identifier: Apache-2.0 */
/* acme: which files answer a certificate authority, and which never do. */
#include "tests/unit/unit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "front/acme.h"

#define TOKEN "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"
#define THUMB "nP1qzpXGymHBrUEepNY9HCsQk7K8KhOypzEt62jcerQ"

static char root[] = "/tmp/acme_test.XXXXXX";

static int
set_up(void **state)
{
    (void)state;
    if (mkdtemp(root) == NULL || chdir(root) != 0 || mkdir(".well-known", 0700) != 0)
        return -1;
    return mkdir(".well-known/acme-challenge", 0700);
}

static int
tear_down(void **state)
{
    (void)state;
    (void)unlink(".well-known/acme-challenge/" TOKEN);
    return rmdir(".well-known/acme-challenge") != 0 || rmdir(".well-known") != 0 || rmdir(root) != 0 ? -1 : 0;
}

static enum errcode
ask(const char *token, char *out)
{
    struct arena a;
    struct str got;
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    arena_init(&a);
    enum errcode err = acme_read(&a, fd, str_from_cstr(token), &got);
    if (out != NULL)
        (void)snprintf(out, ACME_ANSWER_MAX + 1, "%.*s", STR_ARG(got));
    arena_clear(&a);
    assert_int_equal(close(fd), 0);
    return err;
}

static void
put(const char *name, const char *text)
{
    char path[400];
    (void)snprintf(path, sizeof path, "%s/.well-known/acme-challenge/%s", root, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void
an_answer_to_its_token_is_read_and_nothing_else_is(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum errcode err;
    } rows[] = {{TOKEN "." THUMB, ERR_NONE},
                {TOKEN "." THUMB "\n", ERR_NONE},
                {TOKEN "." THUMB "\r\n", ERR_NONE},
                {TOKEN "." THUMB " x", ERR_SYNTAX},
                {TOKEN "." THUMB "\nx", ERR_SYNTAX},
                {TOKEN ".", ERR_SYNTAX},
                {TOKEN "=" THUMB, ERR_SYNTAX},
                {TOKEN, ERR_SYNTAX},
                {"another." THUMB, ERR_SYNTAX},
                {TOKEN ".<script>", ERR_SYNTAX},
                {"-----BEGIN PRIVATE KEY-----", ERR_SYNTAX},
                {"", ERR_SYNTAX}};
    assert_int_equal(ask(TOKEN, NULL), ERR_NOT_FOUND);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        char got[ACME_ANSWER_MAX + 1];
        put(TOKEN, rows[i].text);
        if (ask(TOKEN, got) != rows[i].err)
            fail_msg("%s", rows[i].text);
        assert_string_equal(got, rows[i].err == ERR_NONE ? TOKEN "." THUMB : "");
    }
}

static void
a_longer_file_is_not_an_answer(void **state)
{
    (void)state;
    char text[ACME_ANSWER_MAX + 2];
    (void)snprintf(text, sizeof text, "%s.", TOKEN);
    memset(text + strlen(text), 'a', sizeof text - strlen(text) - 1);
    text[ACME_ANSWER_MAX + 1] = '\0';
    put(TOKEN, text);
    assert_int_equal(ask(TOKEN, NULL), ERR_SYNTAX);
    text[ACME_ANSWER_MAX] = '\0';
    put(TOKEN, text);
    assert_int_equal(ask(TOKEN, NULL), ERR_NONE);
    (void)memset(text, '\n', ACME_ANSWER_MAX);
    put(TOKEN, text);
    assert_int_equal(ask(TOKEN, NULL), ERR_SYNTAX);
}

static void
what_is_not_a_token_is_never_looked_for(void **state)
{
    (void)state;
    static const char *const bad[] = {"",    ".",   "..",  "a/b", "../x",    "a.b",
                                      "%2e", "a b", "a+b", "a=",  "\xc3\xa4"};
    char longest[ACME_TOKEN_MAX + 2];
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_int_equal(ask(bad[i], NULL), ERR_NOT_FOUND);
    memset(longest, 'a', sizeof longest);
    assert_false(acme_is_token((struct str){longest, ACME_TOKEN_MAX + 1}));
    assert_true(acme_is_token((struct str){longest, ACME_TOKEN_MAX}));
}

static void
no_link_is_followed_and_nothing_is_waited_for(void **state)
{
    (void)state;
    const char *place = ".well-known/acme-challenge/" TOKEN;
    put("aside", TOKEN "." THUMB);
    (void)unlink(place);
    assert_int_equal(symlink("aside", place), 0);
    assert_int_equal(ask(TOKEN, NULL), ERR_IO);
    assert_int_equal(errno, ELOOP);
    assert_int_equal(unlink(place), 0);
    assert_int_equal(mkfifo(place, 0600), 0);
    assert_int_equal(ask(TOKEN, NULL), ERR_SYNTAX);
    assert_int_equal(unlink(place), 0);
    assert_int_equal(mkdir(place, 0700), 0);
    assert_int_equal(ask(TOKEN, NULL), ERR_IO);
    assert_int_equal(rmdir(place), 0);
    assert_int_equal(unlink(".well-known/acme-challenge/aside"), 0);
}

static void
a_folder_that_is_a_link_is_not_entered(void **state)
{
    (void)state;
    put(TOKEN, TOKEN "." THUMB);
    assert_int_equal(ask(TOKEN, NULL), ERR_NONE);
    assert_int_equal(rename(".well-known", "real"), 0);
    assert_int_equal(ask(TOKEN, NULL), ERR_NOT_FOUND);
    assert_int_equal(symlink("real", ".well-known"), 0);
    assert_int_equal(ask(TOKEN, NULL), ERR_IO);
    assert_int_equal(unlink(".well-known"), 0);
    assert_int_equal(rename("real", ".well-known"), 0);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_to_its_token_is_read_and_nothing_else_is),
        cmocka_unit_test(a_longer_file_is_not_an_answer),
        cmocka_unit_test(what_is_not_a_token_is_never_looked_for),
        cmocka_unit_test(no_link_is_followed_and_nothing_is_waited_for),
        cmocka_unit_test(a_folder_that_is_a_link_is_not_entered),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
