/* SPDX-License-Identifier: Apache-2.0 */
/* parsed: a config and the complaints about it, from one text. */
#ifndef COUNTERSIGN_TESTS_UNIT_CONFIG_PARSED_H
#define COUNTERSIGN_TESTS_UNIT_CONFIG_PARSED_H

#include "tests/unit/unit.h"

#include "config/config.h"

struct parsed {
    struct config c;
    struct buf messages;
    enum errcode err;
};

static inline void
parsed_clear(struct parsed *p)
{
    config_clear(&p->c);
    buf_clear(&p->messages);
}

static inline struct parsed
parse(const char *text)
{
    struct parsed p;
    config_init(&p.c);
    buf_init(&p.messages, 65536);
    p.err = config_parse(&p.c, STR_LIT("f"), str_from_cstr(text), &p.messages);
    return p;
}

/* The text is refused with exactly these messages. */
static inline void
assert_refused(const char *text, const char *messages)
{
    struct parsed p = parse(text);
    if (p.err != ERR_CONFIG || !str_eq(buf_view(&p.messages), str_from_cstr(messages)))
        fail_msg("for\n%s\n%s: %.*s", text, err_name(p.err), STR_ARG(buf_view(&p.messages)));
    parsed_clear(&p);
}

static inline void
assert_accepted(const char *text)
{
    struct parsed p = parse(text);
    if (p.err != ERR_NONE || p.messages.len != 0)
        fail_msg("for\n%s\n%s: %.*s", text, err_name(p.err), STR_ARG(buf_view(&p.messages)));
    parsed_clear(&p);
}

#endif
