/* SPDX-License-Identifier: Apache-2.0 */
/* password_rules: the rules for new passwords: length, strength, and that an attacker would not try it
 * first. The comparison removes usual decoration: case, digits and punctuation around the word, and common
 * digits in place of letters. */
#include "accounts/password_rules.h"

#include <string.h>
#include <utf8proc.h>

#include "accounts/password.h"
#include "text/text.h"
#include "base/arena.h"
#include "base/codec.h"
#include "base/secret.h"

enum { WORD_MIN = 4, WORDS_MAX = 32, REST_MIN = 4 };

struct str
password_normalise(struct cx *cx, struct str password)
{
    if (str_is_empty(password) || password.n > PASSWORD_BYTES_MAX)
        return STR_NULL;
    struct str normal = text_nfkc(cx, password);
    return str_is_empty(normal) || normal.n > PASSWORD_BYTES_MAX ? STR_NULL : normal;
}

static const char *const known[] = {
#define KNOWN(word) word,
#include "accounts/password_known.def"
};

static bool
is_known(struct str s)
{
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (str_eq(s, str_from_cstr(known[i])))
            return true;
    return false;
}

static bool
is_decoration(char c)
{
    return c > ' ' && c <= '~' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z');
}

static struct str
without_decoration(struct str s)
{
    while (s.n > 0 && (is_decoration(s.p[s.n - 1]) || s.p[s.n - 1] == ' '))
        s.n--;
    while (s.n > 0 && (is_decoration(s.p[0]) || s.p[0] == ' '))
        s = str_sub(s, 1, s.n);
    return s;
}

/* one: the letter for 1 and !. */
static struct str
without_leet(struct cx *cx, struct str s, char one)
{
    static const char from[] = "03457@$89+", to[] = "oeastasbgt";
    char *out = arena_cstr(&cx->arena, s);
    for (size_t i = 0; i < s.n; i++) {
        const char *at = out[i] != '\0' ? strchr(from, out[i]) : NULL;
        if (at != NULL)
            out[i] = to[at - from];
        else if (out[i] == '1' || out[i] == '!' || out[i] == '|')
            out[i] = one;
    }
    return (struct str){out, s.n};
}

/* "abcabcabc" becomes "abc". */
static struct str
unit_of(struct str s)
{
    for (size_t unit = 1; unit <= s.n / 2; unit++)
        if (s.n % unit == 0 && str_eq(str_sub(s, 0, s.n - unit), str_sub(s, unit, s.n)))
            return str_sub(s, 0, unit);
    return s;
}

/* A sequence such as 23456789 or hgfedcba. */
static bool
is_run(struct str s)
{
    if (s.n < WORD_MIN)
        return false;
    int step = s.p[1] - s.p[0];
    for (size_t i = 1; i < s.n; i++)
        if (s.p[i] - s.p[i - 1] != step)
            return false;
    return step >= -1 && step <= 1;
}

static bool
is_plain(struct str s)
{
    struct str unit = unit_of(s);
    return is_known(s) || is_known(unit) || is_run(s) || is_run(unit) ||
           (unit.n < s.n && unit.n < PASSWORD_LENGTH_MIN);
}

static bool
is_guessed_first(struct cx *cx, struct str folded)
{
    struct str core = without_decoration(folded);
    bool is_core = core.n >= WORD_MIN && core.n * 2 >= folded.n; /* otherwise most of it is the surrounding
                                                                  * decoration */
    const struct str forms[] = {folded, is_core ? core : folded};
    for (size_t i = 0; i < ARRAY_LEN(forms); i++)
        if (forms[i].n > 0 && (is_plain(forms[i]) || is_plain(without_leet(cx, forms[i], 'i')) ||
                               is_plain(without_leet(cx, forms[i], 'l'))))
            return true;
    return false;
}

struct words {
    struct str list[WORDS_MAX];
    size_t n;
};

/* The parts of at least WORD_MIN bytes between blanks, punctuation and digits. */
static void
add_words(struct cx *cx, struct words *words, struct str text)
{
    struct str folded = text_fold(cx, text);
    size_t start = 0;
    for (size_t i = 0; i <= folded.n; i++) {
        if (i < folded.n && !is_decoration(folded.p[i]) && folded.p[i] != ' ')
            continue;
        if (i - start >= WORD_MIN && words->n < WORDS_MAX)
            words->list[words->n++] = str_sub(folded, start, i - start);
        start = i + 1;
    }
}

/* Blanks out every occurrence; true if there was one. */
static bool
take_word(char *text, size_t n, struct str word)
{
    bool found = false;
    for (;;) {
        struct str rest = {text, n};
        size_t at = str_find_str(rest, word);
        if (at == n)
            return found;
        memset(text + at, ' ', word.n);
        found = true;
    }
}

/* Whether little is left once the owner's words are removed. */
static bool
is_made_of(struct cx *cx, const struct words *words, struct str folded)
{
    char *text = arena_cstr(&cx->arena, folded);
    bool found = false;
    for (size_t i = 0; i < words->n; i++)
        found = take_word(text, folded.n, words->list[i]) || found;
    size_t rest = 0;
    for (size_t i = 0; i < folded.n; i++)
        rest += text[i] != ' ' && !is_decoration(text[i]) ? 1 : 0;
    return found && rest < REST_MIN;
}

static bool
is_own_words(struct cx *cx, struct str folded, const struct technician *t, const struct company *c)
{
    struct words words = {.n = 0};
    add_words(cx, &words, t->email);
    add_words(cx, &words, t->name);
    add_words(cx, &words, c->name);
    add_words(cx, &words, c->title);
    return is_made_of(cx, &words, folded) || is_made_of(cx, &words, without_leet(cx, folded, 'i')) ||
           is_made_of(cx, &words, without_leet(cx, folded, 'l'));
}

enum { TYPE_LOWER = 1, TYPE_UPPER = 2, TYPE_DIGIT = 4, TYPE_SPECIAL = 8 };

static unsigned
type_of(uint32_t cp)
{
    utf8proc_category_t category = utf8proc_category((utf8proc_int32_t)cp);
    if (category == UTF8PROC_CATEGORY_LL)
        return TYPE_LOWER;
    if (category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LT)
        return TYPE_UPPER;
    return category == UTF8PROC_CATEGORY_ND ? TYPE_DIGIT : TYPE_SPECIAL;
}

/* A repeat is the same character occurring twice anywhere. */
static enum password_strength
strength_of(const uint32_t *cps, size_t n)
{
    unsigned types = 0;
    bool repeats = false;
    for (size_t i = 0; i < n; i++) {
        types |= type_of(cps[i]);
        for (size_t k = 0; k < i; k++)
            repeats = repeats || cps[i] == cps[k];
    }
    int count = __builtin_popcount(types);
    if (count == 4)
        return repeats ? STRENGTH_STRONG : STRENGTH_EXCELLENT;
    if (count == 3)
        return repeats ? STRENGTH_GOOD : STRENGTH_STRONG;
    return STRENGTH_NONE;
}

enum errcode
password_look(struct cx *cx, struct str password, const struct technician *t, const struct company *c,
              struct password_facts *facts_out)
{
    uint32_t cps[PASSWORD_BYTES_MAX];
    size_t n = 0;
    *facts_out = (struct password_facts){.length = 0};
    struct str normal = password_normalise(cx, password);
    if (str_is_null(normal))
        return ERR_NONE;
    for (struct str rest = normal; rest.n > 0; n++) {
        size_t used;
        cps[n] = utf8_read(rest, &used);
        rest = str_sub(rest, used, rest.n);
    }
    struct str folded = text_fold(cx, normal);
    facts_out->length = (int64_t)n;
    facts_out->strength = strength_of(cps, n);
    facts_out->is_well_known =
        str_is_null(folded) || is_guessed_first(cx, folded) || is_own_words(cx, folded, t, c);
    secret_wipe(cps, sizeof cps);
    return ERR_NONE;
}

int64_t
password_length_min(const struct policy *p)
{
    return p->second_factor == SECOND_FACTOR_REQUIRED ? PASSWORD_LENGTH_MIN : PASSWORD_LENGTH_MIN_ALONE;
}

enum password_rule
password_broken_rule(const struct policy *p, const struct password_facts *facts)
{
    if (facts->length < password_length_min(p))
        return PASSWORD_RULE_LENGTH;
    if (facts->is_well_known)
        return PASSWORD_RULE_KNOWN;
    return facts->strength < p->password_strength ? PASSWORD_RULE_STRENGTH : PASSWORD_RULE_NONE;
}

enum password_verdict
password_judge(const struct policy *p, const struct password_facts *facts, const char **reason_out)
{
    static const char *const too_weak[] = {
        [STRENGTH_NONE] = NULL,
        [STRENGTH_GOOD] = "it needs three of lower case, upper case, digits and special characters",
        [STRENGTH_STRONG] = "it needs three of lower case, upper case, digits and special characters with no "
                            "character twice, or all four",
        [STRENGTH_EXCELLENT] = "it needs lower case, upper case, digits and special characters, and no "
                               "character twice",
    };
    const enum password_rule rule = password_broken_rule(p, facts);
    const char *reason = NULL;
    if (rule == PASSWORD_RULE_LENGTH)
        reason = p->second_factor == SECOND_FACTOR_REQUIRED
                     ? "it must have at least 8 characters, and at most 256 bytes"
                     : "it must have at least 15 characters, and at most 256 bytes";
    else if (rule == PASSWORD_RULE_KNOWN)
        reason = "it is well known, or made of the account's or the company's own words";
    else if (rule == PASSWORD_RULE_STRENGTH)
        reason = too_weak[p->password_strength];
    if (reason_out != NULL)
        *reason_out = reason;
    return rule == PASSWORD_RULE_NONE ? PASSWORD_GOOD : PASSWORD_WEAK;
}
