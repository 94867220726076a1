/* SPDX-License-Identifier: Apache-2.0 */
/* phone: links, and what is refused before anything goes over the wire. */
#include "tests/unit/cli/run_cli.h"

#include <string.h>
#include <unistd.h>

#include "cli/phone_show.h"

struct link_case {
    const char *link, *url; /* url: of --url, or NULL */
    const char *expected_url, *expected_ticket;
};

static enum errcode
read_link(struct cli *cli, const struct link_case *c, struct str *url, struct str *ticket)
{
    *cli = (struct cli){0};
    cx_init(&cli->cx);
    cx_begin(&cli->cx);
    cli->args.command = command_find("device", "enrol");
    if (c->url != NULL)
        cli->args.given[cli->args.n_given++] =
            (struct args_given){command_option_find(cli->args.command, "url"), c->url};
    return phone_read_link(cli, str_from_cstr(c->link), url, ticket);
}

static void
links(void **state)
{
    (void)state;
    static const struct link_case cases[] = {
        {"https://a.example/approve/#T", NULL, "https://a.example", "T"},
        {"https://a.example/approve/#T", "https://b.example/", "https://b.example", "T"},
        {"T-_1", "https://b.example//", "https://b.example", "T-_1"},
        {"T", NULL, NULL, NULL},
        {"https://a.example/approve/#", NULL, NULL, NULL},
        {"https://a.example/else/#T", "https://b.example", NULL, NULL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct cli cli;
        struct str url, ticket;
        enum errcode err = read_link(&cli, &cases[i], &url, &ticket);
        assert_int_equal(err, cases[i].expected_url != NULL ? ERR_NONE : ERR_USAGE);
        if (err == ERR_NONE) {
            assert_true(str_eq(url, str_from_cstr(cases[i].expected_url)));
            assert_true(str_eq(ticket, str_from_cstr(cases[i].expected_ticket)));
        }
        cx_clear(&cli.cx);
    }
}

static void
refused_before_the_wire(void **state)
{
    struct run *r = *state;
    static const char *const verbs[] = {"pending", "watch", "forget"};
    for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
        run_cli(r, "", "device", verbs[i], "--key-file", "/nonexistent", NULL);
        assert_int_equal(r->status, CLI_USAGE);
    }
    run_cli(r, "", "device", "enrol", "nothing", NULL);
    run_expect(r, CLI_USAGE, "is not a link");
    run_cli(r, "", "device", "enrol", "http://sign-in.example/approve/#T", NULL);
    run_expect(r, CLI_USAGE, "use https, or --insecure-http if you must");
    const char *path = run_path(r, "key");
    run_cli(r, "", "device", "enrol", "http://127.0.0.1:1/approve/#T", "--key-file", path, NULL);
    assert_int_equal(r->status, CLI_UNAVAILABLE);
    assert_int_equal(access(path, F_OK), -1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links),
        cmocka_unit_test_setup_teardown(refused_before_the_wire, run_set_up, run_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
