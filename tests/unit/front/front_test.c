/* front: requests over real sockets, and what comes back. Waiting is park_test.c's, workers backend_test.c's.
 */
#include "tests/unit/front/harness.h"

#include <sys/socket.h>
#include <unistd.h>

static int
set_up(void **state)
{
    struct harness *h = harness_new("");
    listen_on(h);
    worker_add(h, 0, true);
    worker_add(h, 1, false);
    *state = h;
    return 0;
}

static int
tear_down(void **state)
{
    harness_free(*state);
    return 0;
}

static void
a_check_goes_to_a_worker_and_back(void **state)
{
    struct harness *h = *state;
    int c = client_connect(h);

    client_send(
        c, check_request(h, "push", "User-Agent: console/1\r\nCookie: a=b; countersign_session=S-1\r\n"));
    struct worker *w = worker_take(h, 0);
    assert_int_equal(w->op->id, CT_OP_twoFactorCheckPushAuthStatus);
    assert_str(w->call.source, "127.0.0.1");
    assert_str(w->call.session, "S-1");
    assert_str(w->call.user_agent, "console/1");
    assert_false(w->call.is_secure);
    const struct twoFactorCheckPushAuthStatus_in *in = w->op_in;
    assert_str(in->sLoginToken, "login");
    assert_str(in->sPushToken, "push");
    worker_reply_check(h, 0, loginTwoFactorRet_OK);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 200 OK\r\nCache-Control: private, max-age=0\r\n"
                          "Content-Type: text/xml; charset=utf-8\r\n");
    assert_has(answer, "Result>loginTwoFactorRet_OK<");
    assert_has_not(answer, "Connection: close");
    (void)close(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_check_goes_to_a_worker_and_back, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
