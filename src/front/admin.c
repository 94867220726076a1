/* SPDX-License-Identifier: Apache-2.0 */
/* admin: see admin.h. */
#include "front/admin.h"

#include "front/cookie.h"

enum { KEY_MAX = 256 /* a longer one is refused by the worker, which sees that it is */ };

struct str
admin_bearer(const struct http_request *http)
{
    struct str value = http_header(http, HTTP_NAME_AUTHORIZATION);
    struct str scheme = str_cut(&value, ' ');
    return str_eq_nocase(scheme, STR_LIT("bearer")) ? str_trim(value, " \t") : STR_NULL;
}

struct str
admin_refuse_head(const struct http_request *http)
{
    if (http_header_is_repeated(http, HTTP_NAME_AUTHORIZATION) ||
        http_header_is_repeated(http, HTTP_NAME_IDEMPOTENCY_KEY))
        return STR_LIT("a header field is repeated");
    if (!str_is_empty(admin_bearer(http)))
        return STR_NULL;
    if (str_is_null(http_header(http, HTTP_NAME_ORIGIN)) ||
        str_is_null(http_header(http, HTTP_NAME_X_COUNTERSIGN_CONSOLE)))
        return STR_LIT("a token, or Origin and X-Countersign-Console");
    return STR_NULL;
}

void
admin_read(const struct http_request *http, struct call *call)
{
    struct str token = admin_bearer(http), key = http_header(http, HTTP_NAME_IDEMPOTENCY_KEY);
    call->session = STR_NULL;
    call->operator_token = str_is_empty(token) ? STR_NULL : token;
    call->operator_session = str_is_empty(token) ? cookie_operator(http) : STR_NULL;
    call->idempotency_key = str_is_null(key) ? key : str_sub(key, 0, KEY_MAX + 1);
}
