/* SPDX-License-Identifier: Apache-2.0 */
/* shell: see shell.h. Single quotes keep everything between them unchanged. */
#include "base/shell.h"

#include <stdbool.h>
#include <string.h>

static bool
is_plain(struct str word)
{
    static const struct str others = STR("@%+=:,./_-");
    for (size_t i = 0; i < word.n; i++) {
        const char c = word.p[i];
        const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!is_letter && str_find(others, c) == others.n)
            return false;
    }
    return word.n > 0;
}

struct str
shell_word(struct arena *arena, struct str word)
{
    static const char escaped[] = "'\\''";
    size_t n = 2;
    if (is_plain(word))
        return word;
    for (size_t i = 0; i < word.n; i++)
        n += word.p[i] == '\'' ? sizeof escaped - 1 : 1;
    char *out = arena_alloc(arena, n + 1), *p = out;
    *p++ = '\'';
    for (size_t i = 0; i < word.n; i++) {
        if (word.p[i] == '\'')
            p = (char *)memcpy(p, escaped, sizeof escaped - 1) + sizeof escaped - 1;
        else
            *p++ = word.p[i];
    }
    *p++ = '\'';
    *p = '\0';
    return (struct str){out, n};
}

struct str
shell_operand(struct arena *arena, struct str word)
{
    const struct str one = shell_word(arena, word);
    return str_starts(word, STR_LIT("-")) ? arena_printf(arena, "-- %.*s", STR_ARG(one)) : one;
}
