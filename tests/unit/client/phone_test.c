/* SPDX-License-Identifier: Apache-2.0 */
/* phone: challenges that are refused, what is signed, and what the server's answers mean. */
#include "tests/unit/client/served.h"

#include <stdio.h>

#include "base/codec.h"
#include "client/phone.h"

static json_t *
challenge(void)
{
    static const char *const names[] = {"sChallengeId", "sNonce",   "sAudience", "sCompany", "sAccount",
                                        "sPurpose",     "sConsole", "sSource",   "sCreated", "sExpires"};
    json_t *o = json_object();
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
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
    struct served *s = *state;
    struct phone p = {.cx = &s->cx, .key = {.url = STR("https://a.example")}};
    struct challenge_view view;
    json_t *o = challenge();
    assert_int_equal(phone_read_challenge(&p, o, &view), ERR_NONE);
    assert_str(view.id, "sChallengeId");
    assert_str(view.expires, "sExpires");
    assert_true(view.number_required);
    assert_int_equal(view.tries_left, 3);
    assert_int_equal(view.seconds_left, 59);
    json_object_set_new(o, "sAudience", json_string("https://b.example"));
    assert_int_equal(phone_read_challenge(&p, o, &view), ERR_DENIED);
    assert_non_null(strstr(s->cx.detail, "another server"));
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
}

static struct phone
new_phone(struct served *s)
{
    struct phone p;
    const struct http_client_options options = {.url = str_from_cstr(s->url)};
    assert_int_equal(phone_open_new(&s->cx, &p, &options), ERR_NONE);
    return p;
}

/* The body of the next request, which must be for this operation. */
static json_t *
posted(struct served *s, const char *name)
{
    char line[128];
    const char *request = served_request(s);
    snprintf(line, sizeof line, "POST /api/device/%s HTTP/1.1\r\n", name);
    assert_true(strncmp(request, line, strlen(line)) == 0);
    json_t *body = json_loads(strstr(request, "\r\n\r\n") + 4, 0, NULL);
    assert_non_null(body);
    return body;
}

static struct str
member(const json_t *o, const char *name)
{
    const json_t *value = json_object_get(o, name);
    assert_true(json_is_string(value));
    return str_from_cstr(json_string_value(value));
}

static void
assert_signed(struct served *s, const struct phone *p, const json_t *body, struct buf *statement)
{
    unsigned char point[P256_POINT], signature[P256_SIGNATURE];
    size_t n;
    p256_point(p->key.key, point);
    assert_int_equal(codec_base64url_read(member(body, "sSignature"), signature, sizeof signature, &n),
                     ERR_NONE);
    assert_int_equal(es256_verify(&s->cx, (struct str){(const char *)point, sizeof point},
                                  buf_view(statement), (struct str){(const char *)signature, n}),
                     ERR_NONE);
    buf_clear(statement);
}

static void
enrols_and_removes_itself(void **state)
{
    static const struct served_answer answers[] = {
        {"200 OK\r\n", "{\"result\":\"OK\",\"sDeviceId\":\"42\",\"sDeviceToken\":\"T\",\"sAccount\":\"a\"}",
         0},
        {"200 OK\r\n", "{\"result\":\"OK\",\"sNonce\":\"N\"}", 0},
        {"200 OK\r\n", "{\"result\":\"UnknownDevice\"}", 0}};
    struct served *s = *state;
    struct phone_reply reply;
    struct buf statement;
    served_answers(s, answers, 3);
    struct phone p = new_phone(s);
    const struct str url = str_from_cstr(s->url);
    buf_init(&statement, 4096);

    assert_int_equal(phone_enrol(&p, STR_LIT("ticket"), STR_LIT("Ann's \u260e")), ERR_NONE);
    assert_str(p.key.device, "42");
    assert_str(p.key.token, "T");
    assert_str(p.key.account, "a");
    assert_str(p.key.url, s->url);
    json_t *body = posted(s, "enrol");
    assert_null(strstr(s->request, "Authorization"));
    assert_str(member(body, "sName"), "Ann's \u260e");
    statement_write_enrolment(&statement,
                              &(struct statement_enrolment){url, STR("ticket"), STR("Ann's \u260e")});
    assert_signed(s, &p, body, &statement);
    json_decref(body);

    assert_int_equal(phone_remove(&p, &reply), ERR_NONE);
    assert_str(reply.result, "UnknownDevice");
    assert_int_equal(phone_check(&p, reply.result), ERR_DENIED);
    json_decref(reply.document);
    json_decref(posted(s, "nonce"));
    assert_non_null(strstr(s->request, "\r\nAuthorization: Bearer T\r\n"));
    body = posted(s, "remove");
    statement_open_change(&statement,
                          &(struct statement_change){url, STR("N"), STR("42"), STR("device/remove")});
    assert_signed(s, &p, body, &statement);
    json_decref(body);
    phone_close(&p);
}

static void
signs_what_it_answers(void **state)
{
    static const struct served_answer answers[] = {{"200 OK\r\n", "{\"result\":\"OK\"}", 0}};
    struct served *s = *state;
    struct phone_reply reply;
    struct buf statement;
    served_answers(s, answers, 1);
    struct phone p = new_phone(s);
    key_file_generate(&p.key);
    p.key.device = STR_LIT("42");
    const struct challenge_view view = {
        .id = STR("C"), .nonce = STR("N"), .audience = STR("https://a.example")};
    assert_int_equal(phone_answer(&p, &view, DECISION_APPROVE, STR_LIT("123456"), &reply), ERR_NONE);
    assert_int_equal(phone_check(&p, reply.result), ERR_NONE);
    json_decref(reply.document);
    json_t *body = posted(s, "answer");
    assert_str(member(body, "sChallengeId"), "C");
    assert_str(member(body, "sDecision"), "approve");
    assert_str(member(body, "sNumber"), "123456");
    buf_init(&statement, 4096);
    statement_write_answer(&statement, &view, STR_LIT("42"), STR_LIT("approve"), STR_LIT("123456"));
    assert_signed(s, &p, body, &statement);
    json_decref(body);
    phone_close(&p);
}

static void
refusals(void **state)
{
    static const struct {
        const char *body;
        enum errcode expected;
    } cases[] = {
        {"{\"result\":\"UnknownError\"}", ERR_BUSY},
        {"{\"result\":\"TooManyRequests\"}", ERR_BUSY},
        {"{\"result\":\"PasskeyRequired\"}", ERR_DENIED},
        {"{\"result\":\"SomethingNew\"}", ERR_DENIED},
        {"{\"result\":1}", ERR_PROTOCOL},
        {"{\"result\":\"OK\",\"result\":\"OK\"}", ERR_PROTOCOL},
        {"[]", ERR_PROTOCOL},
        {"", ERR_PROTOCOL},
    };
    enum { N = ARRAY_LEN(cases) };
    struct served *s = *state;
    struct served_answer answers[N];
    for (size_t i = 0; i < N; i++)
        answers[i] = (struct served_answer){"200 OK\r\n", cases[i].body, 0};
    served_answers(s, answers, N);
    struct phone p = new_phone(s);
    for (size_t i = 0; i < N; i++) {
        json_t *document = NULL;
        err_forget(&s->cx);
        assert_int_equal(phone_ask(&p, "fetch", STR_LIT("\xff"), &document), cases[i].expected);
        assert_true(s->cx.detail[0] != '\0');
        json_decref(document);
        json_t *body = posted(s, "fetch");
        assert_str(member(body, "sChallengeId"), "\ufffd");
        json_decref(body);
    }
    phone_close(&p);
}

static void
an_enrolment_that_is_not_whole_or_too_long(void **state)
{
    static const struct served_answer answers[] = {
        {"200 OK\r\n", "{\"result\":\"OK\",\"sDeviceId\":\"42\",\"sDeviceToken\":\"\",\"sAccount\":\"a\"}",
         0}};
    struct served *s = *state;
    served_answers(s, answers, 1);
    struct phone p = new_phone(s);
    assert_int_equal(phone_enrol(&p, STR_LIT("ticket"), STR_LIT("name")), ERR_PROTOCOL);
    phone_close(&p);
    err_forget(&s->cx);
    char *name = calloc(1, 100000);
    assert_non_null(name);
    memset(name, 'x', 99999);
    p = new_phone(s);
    assert_int_equal(phone_enrol(&p, STR_LIT("ticket"), str_from_cstr(name)), ERR_LIMIT);
    phone_close(&p);
    free(name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(challenges, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(enrols_and_removes_itself, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(signs_what_it_answers, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(refusals, served_set_up, served_tear_down),
        cmocka_unit_test_setup_teardown(an_enrolment_that_is_not_whole_or_too_long, served_set_up,
                                        served_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
