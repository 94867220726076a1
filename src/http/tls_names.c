/* SPDX-License-Identifier: Apache-2.0 */
/* tls_names: a sorted table. */
#include "http/tls_names.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 16 };

void
tls_names_init(struct tls_names *names)
{
    *names = (struct tls_names){.items = NULL};
}

void
tls_names_clear(struct tls_names *names)
{
    free(names->items);
    tls_names_init(names);
}

static bool
is_label_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Copies a name in lower case. False: not a DNS name. */
static bool
fold(struct str name, bool may_be_wild, char out[TLS_NAME_MAX + 1])
{
    size_t from = may_be_wild && str_starts(name, STR_LIT("*.")) ? 1 : 0;
    if (name.n == 0 || name.n > TLS_NAME_MAX)
        return false;
    out[0] = '*';
    for (size_t i = from; i < name.n; i++) {
        char c = name.p[i];
        bool is_dot = c == '.' && i > 0 && i + 1 < name.n && name.p[i - 1] != '.';
        out[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
        if (!is_dot && !is_label_byte(out[i]))
            return false;
    }
    out[name.n] = '\0';
    return true;
}

static struct tls_name *
find_unsorted(struct tls_names *names, const char *text)
{
    for (size_t i = 0; i < names->n; i++)
        if (strcmp(names->items[i].text, text) == 0)
            return &names->items[i];
    return NULL;
}

static struct tls_name *
append(struct tls_names *names, const char *text)
{
    if (names->n == names->room) {
        names->room = names->room == 0 ? ROOM_FIRST : 2 * names->room;
        names->items = realloc(names->items, names->room * sizeof *names->items);
        if (names->items == NULL)
            err_no_memory();
    }
    struct tls_name *fresh = &names->items[names->n++];
    *fresh = (struct tls_name){.mask = 0};
    memcpy(fresh->text, text, strlen(text) + 1);
    return fresh;
}

enum errcode
tls_names_add(struct cx *cx, struct tls_names *names, struct str name, unsigned i, uint32_t rivals)
{
    char text[TLS_NAME_MAX + 1];
    if (!fold(name, true, text))
        return ERR_NONE;
    struct tls_name *at = find_unsorted(names, text);
    if (at == NULL && names->n == TLS_NAMES_MAX)
        return err_set(cx, ERR_LIMIT, "the certificates have more than %d names", TLS_NAMES_MAX);
    if (at == NULL)
        at = append(names, text);
    if ((at->mask & rivals) == 0)
        at->mask |= UINT32_C(1) << i;
    return ERR_NONE;
}

static int
compare(const void *a, const void *b)
{
    const struct tls_name *x = a, *y = b;
    return strcmp(x->text, y->text);
}

void
tls_names_sort(struct tls_names *names)
{
    if (names->n > 0)
        qsort(names->items, names->n, sizeof *names->items, compare);
}

static uint32_t
look_up(const struct tls_names *names, const struct tls_name *key)
{
    const struct tls_name *at =
        names->n == 0 ? NULL : bsearch(key, names->items, names->n, sizeof *names->items, compare);
    return at == NULL ? 0 : at->mask;
}

uint32_t
tls_names_find(const struct tls_names *names, struct str host)
{
    struct tls_name key = {.mask = 0};
    if (!fold(host, false, key.text))
        return 0;
    uint32_t found = look_up(names, &key);
    const char *dot = strchr(key.text, '.');
    if (found != 0 || dot == NULL || dot == key.text)
        return found;
    struct tls_name wild = {.text = "*"};
    memcpy(wild.text + 1, dot, strlen(dot) + 1);
    return look_up(names, &wild);
}
