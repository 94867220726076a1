/* SPDX-License-Identifier: Apache-2.0 */
/* header_fuzz: a request as a trusted proxy passes it on: the lists in its fields, which are read after
 * its head. The caller is an address of the list or the proxy; a session is a cookie's value. */
#include "fuzz/fuzz.h"

#include <string.h>

#include "front/cookie.h"
#include "front/caller.h"
#include "front/forwarded.h"
#include "pages/encoding.h"

enum { INPUT_MAX = 1 << 16 };

const struct fuzz_cost fuzz_cost = {
    .allocated_base = 64 * 1024, .allocated_each = 64, .steps_base = 32 * 1024, .steps_each = 256};

static const struct http_limits limits = {.line = INPUT_MAX, .head = INPUT_MAX, .body = 0};

static void
read_lists(const struct http_request *req, struct str from)
{
    struct forwarded_rules rules;
    struct str trusted[] = {STR("127.0.0.0/8"), STR("10.0.0.0/8")};
    const struct config_list proxies = {.items = trusted, .n = ARRAY_LEN(trusted)};
    struct forwarded_peer peer = {.is_unix = str_is_null(from)};
    struct forwarded who;
    struct arena a;
    unsigned wait = 0;

    arena_init(&a);
    forwarded_init(&rules);
    forwarded_set(&rules, &proxies, STR_LIT(""));
    ASSERT(peer.is_unix || inet_parse(from, &peer.address) == ERR_NONE);
    forwarded_read(&rules, &peer, req, &a, &who);
    bool is_trusted = peer.is_unix || forwarded_is_proxy(&rules, &peer.address);
    ASSERT(is_trusted || memcmp(&who.source, &peer.address, sizeof who.source) == 0);
    ASSERT(is_trusted || who.refused == NULL);
    ASSERT(is_trusted || who.has_source);
    struct str session = cookie_session(req);
    ASSERT(str_is_null(session) || (session.n > 0 && session.n <= COOKIE_VALUE_MAX));
    struct str prefer = http_header_joined(req, HTTP_NAME_PREFER, &a);
    (void)caller_prefer_wait(prefer, &wait);
    (void)encoding_prefers_gzip(http_header_joined(req, HTTP_NAME_ACCEPT_ENCODING, &a));
    forwarded_clear(&rules);
    arena_clear(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct http_request req;
    struct http_parser p;
    struct buf in;

    if (size > INPUT_MAX)
        return 0;
    http_parser_init(&p, &limits);
    buf_init(&in, http_parser_room(&limits) + size);
    buf_add(&in, data, size);
    if (http_parser_step(&p, &in, &req) == HTTP_HEAD) {
        read_lists(&req, STR_LIT("127.0.0.1"));
        read_lists(&req, STR_LIT("192.0.2.1"));
        read_lists(&req, STR_NULL);
    }
    buf_clear(&in);
    return 0;
}
