/* signin: the way in: password, push, code, grant. These are the functions that ops/ calls; each runs its own
 * transaction.
 *
 * Results are the published values by name: enum LoginTwoFactorRet stands in contract/, which auth/ does not
 * know; so they are listed once more here (signin_result.def), and ops/ maps them by name, checked at compile
 * time. */
#ifndef COUNTERSIGN_AUTH_SIGNIN_H
#define COUNTERSIGN_AUTH_SIGNIN_H

#include <stdbool.h>
#include <stdint.h>

#include "auth/policy.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* The union of all published values, without their prefixes. */
enum signin_result {
#define RESULT(name) SIGNIN_##name,
#include "auth/signin_result.def"
#undef RESULT
    SIGNIN_COUNT_
};
const char *signin_result_name(enum signin_result r);

enum { METHOD_PUSH = 1, METHOD_CODE = 2, METHOD_RECOVERY = 4 };

/* What every operation of a sign-in tells beside its result. */
struct signin_facts {
    uint8_t attempts_left;
    int32_t password_days; /* -1: never */
    bool is_console_running;
    struct str url; /* null: nothing to tell */
    uint8_t minimum_strength;
    struct str session; /* OK: the new session cookie's value; else null */
    struct str login_token;
    struct str setup_url;
    unsigned methods; /* METHOD_*; 0: none is told */
};

/* An ERR_* return means that nothing is known (the store is down): the caller answers UnknownError.
 * Everything else, refusals included, is ERR_NONE and a result. Null strings are refused like wrong ones. */
enum errcode signin_begin(struct cx *cx, struct str email, struct str password, struct str language,
                          enum signin_result *result_out, struct signin_facts *facts_out) MUST_CHECK;
enum errcode
signin_begin_new_password(struct cx *cx, struct str email, struct str old_password, struct str new_password,
                          enum signin_result *result_out, struct signin_facts *facts_out) MUST_CHECK;

struct push_sent {
    struct str token, number;
    int32_t expires_in, poll_interval; /* seconds */
};
enum errcode signin_send_push(struct cx *cx, struct str login_token, enum signin_result *result_out,
                              struct push_sent *sent_out) MUST_CHECK;

struct check_wait {
    int64_t challenge_id; /* Poll: what to wait on */
    int64_t until;        /* clock_now() at which the answer changes by itself */
};
enum errcode signin_check_push(struct cx *cx, struct str login_token, struct str push_token,
                               enum signin_result *result_out, struct signin_facts *facts_out,
                               struct check_wait *wait_out) MUST_CHECK;
enum errcode signin_cancel_push(struct cx *cx, struct str login_token, struct str push_token,
                                enum signin_result *result_out) MUST_CHECK;
enum errcode signin_validate_code(struct cx *cx, struct str login_token, struct str code,
                                  enum signin_result *result_out, struct signin_facts *facts_out) MUST_CHECK;

/* session: the cookie's value. change2 is changePassword_v7_2: with a fresh second factor where one is
 * enforced. */
enum errcode password_change(struct cx *cx, struct str session, struct str old_password,
                             struct str new_password, enum signin_result *result_out) MUST_CHECK;
enum errcode
password_change2(struct cx *cx, struct str session, struct str old_password, struct str new_password,
                 enum signin_result *result_out, struct signin_facts *facts_out) MUST_CHECK;

#endif
