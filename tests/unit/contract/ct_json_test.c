/* SPDX-License-Identifier: Apache-2.0 */
/* ct_json_test: objects read strictly, and written as documented. */
#include "../unit.h"

#include "contract/ct_json.h"
#include "random_value.h"

#define IN (&ct_ops[CT_OP_device_answer].in)

static enum errcode
get(struct arena *a, const char *body, struct device_answer_in *in, struct str *why)
{
    memset(in, 0xa5, sizeof *in);
    return ct_json_get(a, str_from_cstr(body), IN, in, why);
}

static void
test_read(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    struct device_answer_in in;
    struct str why;
    assert_int_equal(
        get(&a, " {\"sDecision\":\"a\\u00e9\\n\",\"sNumber\":null,\"sSignature\":\"\"} ", &in, &why),
        ERR_NONE);
    assert_str(in.sDecision, "a\xc3\xa9\n");
    assert_null(in.sNumber.p);
    assert_null(in.sDeviceToken.p);
    assert_str(in.sSignature, "");
    assert_int_equal(get(&a, "", &in, &why), ERR_NONE);
    assert_int_equal(get(&a, "{}", &in, &why), ERR_NONE);
    assert_null(in.sDecision.p);
    arena_clear(&a);
}

static void
test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum errcode err;
        const char *why;
    } cases[] = {
        {"{\"sNumber\":1}", ERR_SYNTAX, "member \"sNumber\" must be a string"},
        {"{\"sNo\":1}", ERR_SYNTAX, "unknown member \"sNo\""},
        {"{\"s\\\"<\\u0001\\u00e9\":1}", ERR_SYNTAX, "unknown member \"s?<???\""},
        {"{\"sNumber\":\"1\",\"sNumber\":\"2\"}", ERR_SYNTAX, NULL},
        {"{\"sNumber\":\"1\"} x", ERR_SYNTAX, NULL},
        {"{\"sNumber\":\"\\u0000\"}", ERR_SYNTAX, NULL},
        {"{\"sNumber\":\"\xff\"}", ERR_SYNTAX, NULL},
        {"{'sNumber':1}", ERR_SYNTAX, NULL},
        {"[]", ERR_SYNTAX, "an object was expected"},
        {"{\"sNumber\":[[[[[[[[1]]]]]]]]}", ERR_LIMIT, "the JSON text is too large or too deep"},
        {"{", ERR_SYNTAX, NULL},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct device_answer_in in;
        struct str why;
        assert_int_equal(get(&a, cases[i].body, &in, &why), cases[i].err);
        assert_false(str_is_empty(why));
        if (cases[i].why != NULL)
            assert_str(why, cases[i].why);
    }
    char *big = arena_alloc(&a, CT_JSON_BODY_MAX + 1);
    memset(big, ' ', CT_JSON_BODY_MAX + 1);
    struct device_answer_in in;
    struct str why;
    assert_int_equal(ct_json_get(&a, (struct str){big, CT_JSON_BODY_MAX + 1}, IN, &in, &why), ERR_LIMIT);
    arena_clear(&a);
}

/* Each kind of member, in a type that has them all. */
static void
test_members_refused(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        enum errcode err;
        const char *why;
    } cases[] = {
        {"{\"result\":1}", ERR_SYNTAX, "member \"result\" must be a string"},
        {"{\"result\":\"Perhaps\"}", ERR_RANGE, "member \"result\" has no such value"},
        {"{\"aChallenges\":{}}", ERR_SYNTAX, "member \"aChallenges\" must be an array"},
        {"{\"aChallenges\":[[]]}", ERR_SYNTAX, "an object was expected"},
        {"{\"aChallenges\":[{\"sNonce\":{}}]}", ERR_SYNTAX, "member \"sNonce\" must be a string"},
        {"{\"aChallenges\":[{\"bNumberRequired\":1}]}", ERR_SYNTAX,
         "member \"bNumberRequired\" must be true or false"},
        {"{\"aChallenges\":[{\"iTriesRemaining\":\"1\"}]}", ERR_SYNTAX,
         "member \"iTriesRemaining\" must be an integer"},
        {"{\"aChallenges\":[{\"iTriesRemaining\":256}]}", ERR_RANGE,
         "member \"iTriesRemaining\" is out of range"},
        {"{\"aChallenges\":[{\"iTriesRemaining\":-1}]}", ERR_RANGE,
         "member \"iTriesRemaining\" is out of range"},
        {"{\"aChallenges\":[{\"iSecondsRemaining\":2147483648}]}", ERR_RANGE,
         "member \"iSecondsRemaining\" is out of range"},
    };
    struct arena a;
    struct device_fetch_out got;
    struct str why;
    const struct ct_type *t = &ct_ops[CT_OP_device_fetch].out;
    arena_init(&a);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_int_equal(ct_json_get(&a, str_from_cstr(cases[i].body), t, &got, &why), cases[i].err);
        assert_str(why, cases[i].why);
    }
    struct buf many;
    buf_init(&many, CT_JSON_BODY_MAX);
    buf_add_cstr(&many, "{\"aChallenges\":[{}");
    for (size_t i = 0; i < CT_JSON_ITEMS_MAX; i++)
        buf_add_cstr(&many, ",{}");
    buf_add_cstr(&many, "]}");
    assert_int_equal(ct_json_get(&a, buf_view(&many), t, &got, &why), ERR_LIMIT);
    assert_str(why, "member \"aChallenges\" has too many items");
    buf_clear(&many);
    arena_clear(&a);
}

static void
assert_written(const struct ct_type *t, const void *value, const char *expected)
{
    struct buf out;
    buf_init(&out, 65536);
    ct_json_put(&out, t, value);
    assert_str(buf_view(&out), expected);
    buf_clear(&out);
}

static void
test_write(void **state)
{
    (void)state;
    struct DeviceChallenge item = {.sNonce = STR("<\"\\/\x01\xc3\xa9\xe2\x80\xa8\xff"),
                                   .iSecondsRemaining = -1};
    struct device_fetch_out out = {.result = deviceRet_OK, .aChallenges = {&item, 1, false}};
    const struct ct_type *t = &ct_ops[CT_OP_device_fetch].out;
    assert_written(t, &out,
                   "{\"result\":\"OK\",\"aChallenges\":[{\"sNonce\":\"\\u003c\\\"\\\\/"
                   "\\u0001\xc3\xa9\\u2028\xef\xbf\xbd\","
                   "\"bNumberRequired\":false,\"iNumberDigits\":0,\"iTriesRemaining\":0,"
                   "\"iSecondsRemaining\":-1}]}");
    out.aChallenges.n = 0;
    assert_written(t, &out, "{\"result\":\"OK\",\"aChallenges\":[]}");
    out.aChallenges.is_null = true;
    assert_written(t, &out, "{\"result\":\"OK\"}");
}

/* What is written can be read, for every structure there is. */
static void
test_round_trip(void **state)
{
    (void)state;
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < CT_OP_COUNT_ * 20; i++) {
        const struct ct_type *t = i % 2 == 0 ? &ct_ops[i / 40].in : &ct_ops[i / 40].out;
        const void *sent = random_value(&a, t);
        void *got = arena_alloc(&a, t->size);
        struct str why;
        struct buf out;
        buf_init(&out, 1 << 20);
        ct_json_put(&out, t, sent);
        assert_int_equal(ct_json_get(&a, buf_view(&out), t, got, &why), ERR_NONE);
        assert_true(same_value(t, sent, got));
        buf_clear(&out);
        arena_reset(&a);
    }
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_read), cmocka_unit_test(test_refused),
                                       cmocka_unit_test(test_members_refused), cmocka_unit_test(test_write),
                                       cmocka_unit_test(test_round_trip)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
