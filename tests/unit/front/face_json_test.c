/* SPDX-License-Identifier: Apache-2.0 */
/* face_json: what phones and web pages send, and what is refused before any worker sees it. */
#include "tests/unit/front/harness.h"

#include <unistd.h>

#include "front/face_json.h"
#include "front/origin.h"
#include "front/throttle.h"

#define JSON_TYPE "Content-Type: application/json\r\n"

static int
set_up(void **state)
{
    struct harness *h = harness_new("");
    listen_on(h);
    worker_add(h, 0, true);
    *state = h;
    return 0;
}

static int
post(struct harness *h, const char *path, const char *headers, const char *body)
{
    int c = client_connect(h);
    client_send(c, text_printf(h, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%sContent-Length: %zu\r\n\r\n%s",
                               path, (unsigned)h->port, headers, strlen(body), body));
    return c;
}

/* The answer that came without a worker. */
static const char *
refused(struct harness *h, const char *path, const char *headers, const char *body)
{
    int c = post(h, path, headers, body);
    const char *answer = client_read(h, c);
    assert_has(answer, "Cache-Control: no-store\r\n");
    assert_has(answer, "X-Content-Type-Options: nosniff\r\n");
    assert_has(answer, "\"reason\":");
    (void)close(c);
    return answer;
}

static const char *
replied(struct harness *h, int c, enum DeviceRet result)
{
    struct device_pending_out out = {.result = result, .aChallenges = {.is_null = true}};
    struct call_reply reply = {.status = CALL_DONE};
    (void)worker_take(h, 0);
    worker_reply(h, 0, &reply, &out);
    const char *answer = client_read(h, c);
    (void)close(c);
    return answer;
}

static void
a_bearer_token_is_the_member(void **state)
{
    struct harness *h = *state;
    int c =
        post(h, "/api/device/fetch", JSON_TYPE "Authorization: bearer tok\r\n", "{\"sChallengeId\":\"7\"}");
    struct device_fetch_out out = {.result = deviceRet_OK};
    struct call_reply reply = {.status = CALL_DONE};

    const struct device_fetch_in *in = worker_take(h, 0)->op_in;
    assert_str(in->sDeviceToken, "tok");
    assert_str(in->sChallengeId, "7");
    worker_reply(h, 0, &reply, &out);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Type: application/json\r\n");
    assert_has(answer, "X-Content-Type-Options: nosniff\r\n");
    assert_has_not(answer, "Access-Control");
    assert_has(answer, "\r\n\r\n{\"result\":\"OK\",\"aChallenges\":[]}");
    (void)close(c);
    c = post(h, "/api/device/fetch", JSON_TYPE, "{\"sDeviceToken\":\"m\"}");
    in = worker_take(h, 0)->op_in;
    assert_str(in->sDeviceToken, "m");
    (void)close(c);
    assert_starts(
        refused(h, "/api/device/fetch", JSON_TYPE "Authorization: Bearer a\r\n", "{\"sDeviceToken\":\"b\"}"),
        "HTTP/1.1 400 ");
}

static void
results_have_their_status(void **state)
{
    static const unsigned expected[] = {
        [deviceRet_UnknownError] = 503,     [deviceRet_OK] = 200,
        [deviceRet_BadRequest] = 400,       [deviceRet_UnknownTicket] = 401,
        [deviceRet_UnknownDevice] = 401,    [deviceRet_UnknownChallenge] = 404,
        [deviceRet_AlreadyAnswered] = 409,  [deviceRet_Withdrawn] = 410,
        [deviceRet_Expired] = 410,          [deviceRet_BadSignature] = 422,
        [deviceRet_WrongNumber] = 422,      [deviceRet_NumberRequired] = 422,
        [deviceRet_TooManyRequests] = 429,  [deviceRet_BadKey] = 422,
        [deviceRet_PasskeyRequired] = 422,  [deviceRet_BadPasskey] = 422,
        [deviceRet_TooManyDevices] = 409,   [deviceRet_UnknownPushService] = 422,
        [deviceRet_SubscriptionGone] = 410, [deviceRet_ProofRequired] = 401,
        [deviceRet_AccountLocked] = 423,    [deviceRet_WrongPassword] = 422,
        [deviceRet_PasswordRefused] = 422,  [deviceRet_WrongCode] = 422,
        [deviceRet_LastFactor] = 409,       [deviceRet_StaleNonce] = 409,
    };
    struct harness *h = *state;

    for (int r = 0; r < deviceRet_COUNT_; r++) {
        int c = post(h, "/api/device/pending", JSON_TYPE, "{}");
        const char *answer = replied(h, c, (enum DeviceRet)r);
        assert_starts(answer, text_printf(h, "HTTP/1.1 %u ", expected[r]));
        if (expected[r] == 401)
            assert_has(answer, "WWW-Authenticate: Bearer\r\n");
        if (expected[r] == 429 || expected[r] == 503)
            assert_has(answer, "Retry-After: 1\r\n");
    }
    for (int r = 0; r < redeemRet_COUNT_; r++)
        assert_true(face_json_status(str_sub(ct_enum_name(ct_ops[CT_OP_console_redeem].out.fields[0].en, r),
                                             strlen("redeemRet_"), 100)) >= 200);
}

static void
what_is_not_asked_rightly_is_refused(void **state)
{
    struct harness *h = *state;

    assert_starts(refused(h, "/api/device/nothing", JSON_TYPE, "{}"), "HTTP/1.1 404 ");
    assert_starts(refused(h, "/api/device_pending", JSON_TYPE, "{}"), "HTTP/1.1 404 ");
    assert_starts(refused(h, "/api/twoFactorSendPushAuth", JSON_TYPE, "{}"), "HTTP/1.1 404 ");
    assert_starts(refused(h, "/api/device/pending", "", "{}"), "HTTP/1.1 415 ");
    assert_starts(refused(h, "/api/device/pending", "Content-Type: text/plain\r\n", "{}"), "HTTP/1.1 415 ");
    assert_starts(refused(h, "/api/device/pending", JSON_TYPE, "{\"x\":1}"), "HTTP/1.1 400 ");
    assert_starts(refused(h, "/api/device/pending", JSON_TYPE, "{"), "HTTP/1.1 400 ");
    assert_starts(refused(h, "/api/device/pending", JSON_TYPE, ""), "HTTP/1.1 400 ");
    const char *blanks = text_printf(h, "%65537s", "{}");
    assert_starts(refused(h, "/api/device/pending", JSON_TYPE, blanks), "HTTP/1.1 413 ");
    int c = client_connect(h);
    client_send(c, "GET /api/device/pending HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 405 ");
    assert_has(answer, "Allow: POST\r\n");
    client_send(c, "POST /api/device/pending HTTP/1.1\r\nHost: localhost\r\n" JSON_TYPE
                   "Content-Length: 1048577\r\n\r\n");
    assert_starts(client_read(h, c), "HTTP/1.1 413 ");
    (void)close(c);
    worker_has_none(h, 0);
}

static void
a_foreign_origin_is_refused(void **state)
{
    struct harness *h = *state;

    assert_starts(refused(h, "/api/device/pending", JSON_TYPE "Origin: https://evil.example\r\n", "{}"),
                  "HTTP/1.1 403 ");
    assert_starts(refused(h, "/api/device/pending", JSON_TYPE "Origin: null\r\n", "{}"), "HTTP/1.1 403 ");
    const char *ours = text_printf(h, JSON_TYPE "Origin: http://127.0.0.1:%u\r\n", (unsigned)h->port);
    assert_starts(replied(h, post(h, "/api/device/pending", ours, "{}"), deviceRet_OK), "HTTP/1.1 200 ");
}

static void
the_public_address_is_the_one_origin(void **state)
{
    struct str none = STR(""), url = STR("https://sign-in.example.com/"), local = STR("localhost:8443");

    (void)state;
    assert_true(origin_is_ours(STR_LIT("https://sign-in.example.com"), url, local, false));
    assert_false(origin_is_ours(STR_LIT("http://sign-in.example.com"), url, local, false));
    assert_false(origin_is_ours(STR_LIT("http://localhost:8443"), url, local, false));
    assert_true(origin_is_ours(STR_LIT("http://localhost:8443"), none, local, false));
    assert_false(origin_is_ours(STR_LIT("http://localhost:8443"), none, local, true));
    assert_false(origin_is_ours(STR_LIT("http://localhost"), none, local, false));
    assert_true(origin_is_ours(STR_LIT("https://[::1]:1"), none, STR_LIT("[::1]:1"), true));
    /* A name that an attacker points at the loopback address. */
    assert_false(origin_is_ours(STR_LIT("http://evil.example"), none, STR_LIT("evil.example"), false));
    assert_false(origin_is_ours(STR_LIT("http://"), none, STR_NULL, false));
}

static void
who_keeps_failing_has_to_wait(void **state)
{
    struct harness *h = *state;

    for (unsigned i = 0; i < THROTTLE_FAILURES; i++)
        assert_starts(replied(h, post(h, "/api/device/pending", JSON_TYPE, "{}"), deviceRet_UnknownDevice),
                      "HTTP/1.1 401 ");
    const char *answer = refused(h, "/api/device/pending", JSON_TYPE, "{}");
    assert_starts(answer, "HTTP/1.1 429 ");
    assert_has(answer, "Retry-After: 2\r\n");
    assert_has(answer, "\"result\":\"TooManyRequests\"");
    advance(h, THROTTLE_REFILL_S * CLOCK_S);
    assert_starts(replied(h, post(h, "/api/device/pending", JSON_TYPE, "{}"), deviceRet_OK), "HTTP/1.1 200 ");
}

static void
a_phone_whose_token_is_good_is_not_kept_out_by_others(void **state)
{
    static const char good[] = JSON_TYPE "Authorization: Bearer good\r\n";
    static const char bad[] = JSON_TYPE "Authorization: Bearer bad\r\n";
    struct harness *h = *state;

    assert_starts(replied(h, post(h, "/api/device/pending", good, "{}"), deviceRet_OK), "HTTP/1.1 200 ");
    for (unsigned i = 0; i < THROTTLE_FAILURES; i++)
        (void)replied(h, post(h, "/api/device/pending", bad, "{}"), deviceRet_UnknownDevice);
    assert_starts(refused(h, "/api/device/pending", bad, "{}"), "HTTP/1.1 429 ");
    assert_starts(refused(h, "/api/device/pending", JSON_TYPE, "{}"), "HTTP/1.1 429 ");
    assert_starts(replied(h, post(h, "/api/device/pending", good, "{}"), deviceRet_OK), "HTTP/1.1 200 ");
    /* Once a worker does not know it any more, it is one of those that fail. */
    assert_starts(replied(h, post(h, "/api/device/pending", good, "{}"), deviceRet_UnknownDevice),
                  "HTTP/1.1 401 ");
    assert_starts(refused(h, "/api/device/pending", good, "{}"), "HTTP/1.1 429 ");
}

static void
a_phone_that_keeps_failing_waits_alone(void **state)
{
    static const char good[] = JSON_TYPE "Authorization: Bearer good\r\n";
    struct harness *h = *state;

    (void)replied(h, post(h, "/api/device/pending", good, "{}"), deviceRet_OK);
    for (unsigned i = 0; i < THROTTLE_FAILURES; i++)
        (void)replied(h, post(h, "/api/device/pending", good, "{}"), deviceRet_BadSignature);
    assert_starts(refused(h, "/api/device/pending", good, "{}"), "HTTP/1.1 429 ");
    assert_starts(replied(h, post(h, "/api/device/pending", JSON_TYPE, "{}"), deviceRet_OK), "HTTP/1.1 200 ");
}

static void
a_dead_worker_is_an_unknown_error(void **state)
{
    struct harness *h = *state;
    int c = post(h, "/api/device/pending", JSON_TYPE, "{}");

    (void)worker_take(h, 0);
    worker_kill(h, 0);
    const char *answer = client_read(h, c);
    assert_starts(answer, "HTTP/1.1 503 ");
    assert_has(answer, "\r\n\r\n{\"result\":\"UnknownError\"}");
    (void)close(c);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, harness_tear_down)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_bearer_token_is_the_member),
        CASE(results_have_their_status),
        CASE(what_is_not_asked_rightly_is_refused),
        CASE(a_foreign_origin_is_refused),
        CASE(the_public_address_is_the_one_origin),
        CASE(who_keeps_failing_has_to_wait),
        CASE(a_dead_worker_is_an_unknown_error),
        CASE(a_phone_whose_token_is_good_is_not_kept_out_by_others),
        CASE(a_phone_that_keeps_failing_waits_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
