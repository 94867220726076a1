/* SPDX-License-Identifier: Apache-2.0 */
/* caller: see caller.h. */
#include "front/caller.h"

#include "base/frame.h"
#include "front/cookie.h"
#include "front/parts.h"

enum { USER_AGENT_MAX = 256 };

bool
caller_prefer_wait(struct str prefer, unsigned *wait_out)
{
    while (!str_is_null(prefer)) {
        struct str item = str_cut(&prefer, ',');
        struct str value = str_cut(&item, ';');
        uint64_t seconds;
        if (!str_eq_nocase(str_trim(str_cut(&value, '='), " \t"), STR_LIT("wait")) || str_is_null(value))
            continue;
        if (str_to_u64(str_trim(value, " \t\""), UINT32_MAX, &seconds) != ERR_NONE)
            return false;
        *wait_out = (unsigned)seconds;
        return true;
    }
    return false;
}

unsigned
caller_cap_wait(const struct front *f, unsigned wait)
{
    unsigned most = f->drain.is_on ? 0 : (unsigned)(f->config->limits_wait_time / CLOCK_S);
    return wait < most ? wait : most;
}

void
caller_read(struct front *f, const struct http_request *http, const struct forwarded *who, struct caller *out)
{
    struct str user_agent = http_header(http, HTTP_NAME_USER_AGENT);
    unsigned wait = 0;
    bool has_wait = !str_is_null(http_header(http, HTTP_NAME_PREFER)) &&
                    caller_prefer_wait(http_header_joined(http, HTTP_NAME_PREFER, &f->arena), &wait);
    *out = (struct caller){
        .address = who->source,
        .wait = caller_cap_wait(f, wait),
        .has_wait = has_wait,
        .call = {.session = cookie_session(http),
                 .user_agent = str_is_null(user_agent) ? user_agent : str_sub(user_agent, 0, USER_AGENT_MAX),
                 .is_secure = who->is_secure}};
}

void
caller_empty_scratch(struct front *f)
{
    buf_reset(&f->scratch);
    if (f->scratch.cap > POOL_BUFFER_MAX)
        buf_clear(&f->scratch);
}

struct siphash
caller_key(struct front *f, const struct caller *caller, const struct str *parts, size_t n)
{
    frame_put_bytes(&f->scratch, &caller->address, sizeof caller->address);
    call_put(&f->scratch, &caller->call);
    for (size_t i = 0; i < n; i++)
        frame_put_str(&f->scratch, parts[i]);
    struct str bytes = buf_view(&f->scratch);
    struct siphash key = park_key(&f->park, bytes.p, bytes.n);
    caller_empty_scratch(f);
    return key;
}
