/* SPDX-License-Identifier: Apache-2.0 */
/* sandbox: what only the front of a sandbox has. */
#include "tests/unit/front/harness.h"

#include <unistd.h>

static const char *
ask(struct harness *h, const char *head, const char *body)
{
    int c = client_connect(h);
    client_send(c, text_printf(h,
                               "%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                               "Content-Length: %zu\r\n\r\n%s",
                               head, strlen(body), body));
    const char *answer = client_read(h, c);
    (void)close(c);
    return answer;
}

static void
no_other_front_has_it(void **state)
{
    static const char *const heads[] = {"GET /sandbox",        "GET /sandbox/",
                                        "GET /sandbox/clock",  "POST /sandbox/clock",
                                        "POST /sandbox/phone", "POST /sandbox/nothing"};
    struct harness *h = harness_new("");

    (void)state;
    listen_on(h);
    worker_add(h, 0, false);
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        const char *answer = ask(h, heads[i], "{}");
        assert_starts(answer, "HTTP/1.1 404 ");
        assert_has_not(answer, "X-Countersign-Sandbox");
    }
    worker_has_none(h, 0);
    harness_free(h);
}

static void
a_sandbox_says_so(void **state)
{
    struct harness *h = harness_new("");

    (void)state;
    front_set_sandbox(h->front);
    listen_on(h);
    const char *page = ask(h, "GET /sandbox", "");
    assert_starts(page, "HTTP/1.1 200 ");
    assert_has(page, "\r\nX-Countersign-Sandbox: 1\r\n");
    assert_has(page, "This server is a sandbox.");
    assert_has(page, "CompanyBanned@sandbox.test");
    assert_has(ask(h, "GET /nowhere", ""), "\r\nX-Countersign-Sandbox: 1\r\n");
    assert_starts(ask(h, "POST /sandbox", ""), "HTTP/1.1 405 ");
    assert_starts(ask(h, "GET /sandbox/phone", ""), "HTTP/1.1 405 ");
    assert_starts(ask(h, "PUT /sandbox/clock", "{}"), "HTTP/1.1 405 ");
    assert_starts(ask(h, "POST /sandbox/clock", "{\"advance\": \"1\"}"), "HTTP/1.1 400 ");
    harness_free(h);
}

static void
its_operations_reach_a_worker(void **state)
{
    struct sandbox_clock_out out = {
        .result = sandboxRet_OK, .now = STR("2026-11-23T17:30:00Z"), .offset = 61};
    struct call_reply done = {.status = CALL_DONE};
    struct harness *h = harness_new("");

    (void)state;
    front_set_sandbox(h->front);
    listen_on(h);
    worker_add(h, 0, true);
    int c = client_connect(h);
    client_send(c, "GET /sandbox/clock HTTP/1.1\r\nHost: localhost\r\n\r\n");
    struct worker *w = worker_take(h, 0);
    assert_int_equal(w->op->id, CT_OP_sandbox_clock);
    assert_int_equal(((struct sandbox_clock_in *)w->op_in)->advance, 0);
    worker_reply(h, 0, &done, &out);
    assert_has(client_read(h, c), "{\"result\":\"OK\",\"now\":\"2026-11-23T17:30:00Z\",\"offset\":61}");
    client_send(c, "POST /sandbox/clock HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                   "Content-Length: 15\r\n\r\n{\"advance\": 61}");
    w = worker_take(h, 0);
    assert_int_equal(((struct sandbox_clock_in *)w->op_in)->advance, 61);
    worker_reply(h, 0, &done, &out);
    assert_starts(client_read(h, c), "HTTP/1.1 200 ");
    (void)close(c);
    harness_free(h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(no_other_front_has_it),
                                       cmocka_unit_test(a_sandbox_says_so),
                                       cmocka_unit_test(its_operations_reach_a_worker)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
