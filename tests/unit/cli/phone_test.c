/* phone: links, and challenges that are not taken. What goes over the wire is tested end to end.
 */
#include "tests/unit/cli/run_cli.h"

#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/phone.h"

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
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
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

static json_t *
challenge(void)
{
    static const char *const names[] = {"sChallengeId", "sNonce",   "sAudience", "sCompany", "sAccount",
                                        "sPurpose",     "sConsole", "sSource",   "sCreated", "sExpires"};
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        json_object_set_new(o, names[i], json_string(names[i]));
    json_object_set_new(o, "sAudience", json_string("https://a.example"));
    json_object_set_new(o, "bNumberRequired", json_true());
    json_object_set_new(o, "iTriesRemaining", json_integer(3));
    json_object_set_new(o, "iSecondsRemaining", json_integer(59));
    return o;
}

static void
challenges(void **state)
{
    (void)state;
    struct cli cli = {0};
    struct phone p = {.cli = &cli, .key = {.url = STR("https://a.example")}};
    struct challenge_view view;
    cx_init(&cli.cx);
    json_t *o = challenge();
    assert_int_equal(phone_read_challenge(&p, o, &view), ERR_NONE);
    assert_true(str_eq(view.id, STR_LIT("sChallengeId")));
    assert_true(str_eq(view.expires, STR_LIT("sExpires")));
    assert_true(view.number_required);
    assert_int_equal(view.tries_left, 3);
    assert_int_equal(view.seconds_left, 59);
    json_object_set_new(o, "sAudience", json_string("https://b.example"));
    assert_int_equal(phone_read_challenge(&p, o, &view), ERR_DENIED);
    assert_non_null(strstr(cli.cx.detail, "another server"));
    json_decref(o);

    o = challenge();
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(o, next, key, value)
    {
        if (!json_is_string(value))
            continue;
        json_t *without = json_copy(o);
        json_object_del(without, key);
        assert_int_equal(phone_read_challenge(&p, without, &view), ERR_PROTOCOL);
        json_decref(without);
    }
    json_decref(o);
    cx_clear(&cli.cx);
}

static void
refused_before_the_wire(void **state)
{
    struct run *r = *state;
    static const char *const verbs[] = {"pending", "watch", "forget"};
    for (size_t i = 0; i < sizeof verbs / sizeof verbs[0]; i++) {
        run_cli(r, "", "device", verbs[i], "--key-file", "/nonexistent", NULL);
        assert_int_equal(r->status, CLI_USAGE);
    }
    run_cli(r, "", "device", "enrol", "nothing", NULL);
    run_expect(r, CLI_USAGE, "is not a link");
    run_cli(r, "", "device", "enrol", "http://sign-in.example/approve/#T", NULL);
    run_expect(r, CLI_USAGE, "plain http beyond this machine");
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
        cmocka_unit_test(challenges),
        cmocka_unit_test_setup_teardown(refused_before_the_wire, run_set_up, run_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
