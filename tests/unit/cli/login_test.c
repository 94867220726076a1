/* SPDX-License-Identifier: Apache-2.0 */
/* login: how it fails before and without a server. */
#include "tests/unit/cli/run_cli.h"

#include <string.h>

#include "cli/cli.h"

static void
login_without_a_server(void **state)
{
    struct run *r = *state;
    run_cli(r, "secret\n", "login", "ann@acme.example", "--password-file", "-", "--url", "http://a.example",
            NULL);
    run_expect(
        r, CLI_USAGE,
        "'http://a.example' is plain http beyond this machine: use https, or --insecure-http if you must");
    run_cli(r, "", "login", "ann@acme.example", "--password-file", "-", NULL);
    run_expect(r, CLI_USAGE, "standard input is empty");
    run_cli(r, "secret\n", "login", "ann@acme.example", "--password-file", "-", "--new-password-file",
            "/nonexistent", NULL);
    run_expect(r, CLI_USAGE, "/nonexistent cannot be read");
    /* The discard port of the fixture's configuration: nothing listens there. */
    run_cli(r, "secret\n", "login", "ann@acme.example", "--password-file", "-", NULL);
    assert_int_equal(r->status, CLI_UNAVAILABLE);
    assert_non_null(strstr(r->err, "http://127.0.0.1:9: "));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(login_without_a_server, run_set_up, run_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
