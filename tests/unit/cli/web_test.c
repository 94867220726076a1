/* web: which addresses a password or a token may be sent to; and how login fails before and without a server.
 */
#include "tests/unit/cli/run_cli.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/web.h"

static void
addresses(void **state)
{
    (void)state;
    static const char *const good[] = {"https://a.example", "https://192.0.2.1:8443", "http://127.0.0.1:1",
                                       "http://127.9.9.9",  "http://localhost:80",    "http://[::1]:80"};
    static const char *const plain[] = {"http://a.example", "http://192.0.2.1", "http://[2001:db8::1]",
                                        "http://localhost.example", "http://127.0.0.1.example"};
    static const char *const bad[] = {
        "",         "a.example",           "ftp://a.example",           "file:///etc/passwd",
        "https://", "https://u@a.example", "http://localhost@a.example"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_null(web_url_problem(good[i], false));
    for (size_t i = 0; i < sizeof plain / sizeof plain[0]; i++) {
        assert_non_null(web_url_problem(plain[i], false));
        assert_null(web_url_problem(plain[i], true));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_non_null(web_url_problem(bad[i], true));
}

static void
login_without_a_server(void **state)
{
    struct run *r = *state;
    run_cli(r, "secret\n", "login", "ann@acme.example", "--password-file", "-", "--url", "http://a.example",
            NULL);
    run_expect(r, CLI_USAGE, "plain http beyond this machine");
    run_cli(r, "", "login", "ann@acme.example", "--password-file", "-", NULL);
    run_expect(r, CLI_USAGE, "standard input is empty");
    run_cli(r, "secret\n", "login", "ann@acme.example", "--password-file", "-", "--new-password-file",
            "/nonexistent", NULL);
    run_expect(r, CLI_USAGE, "/nonexistent cannot be read");
    /* The discard port of the fixture's configuration: nobody listens there. */
    run_cli(r, "secret\n", "login", "ann@acme.example", "--password-file", "-", NULL);
    assert_int_equal(r->status, CLI_UNAVAILABLE);
    assert_non_null(strstr(r->err, "http://127.0.0.1:9: "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test_setup_teardown(login_without_a_server, run_set_up, run_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
