/* SPDX-License-Identifier: Apache-2.0 */
/* acme: see acme.h. */
#include "front/acme.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool
is_base64url(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        if (!is_letter && (c < '0' || c > '9') && c != '-' && c != '_')
            return false;
    }
    return s.n > 0;
}

bool
acme_is_token(struct str s)
{
    return s.n <= ACME_TOKEN_MAX && is_base64url(s);
}

/* Opens one name in the folder and closes that: so no link anywhere on the way is followed, on any system. A
 * FIFO does not make it wait. */
static int
step(int folder, const char *name, int flags, bool is_ours)
{
    if (folder < 0)
        return -1;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC | flags);
    int why = errno;
    if (is_ours)
        (void)close(folder);
    errno = why;
    return fd;
}

/* At most n bytes; -1: it cannot be read. */
static ssize_t
read_up_to(int fd, char *p, size_t n)
{
    size_t have = 0;
    while (have < n) {
        ssize_t got = read(fd, p + have, n - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

static bool
is_answer(struct str text, struct str token)
{
    return text.n <= ACME_ANSWER_MAX && str_starts(text, token) && text.n > token.n &&
           text.p[token.n] == '.' && is_base64url(str_sub(text, token.n + 1, SIZE_MAX));
}

enum errcode
acme_read(struct arena *a, int root, struct str token, struct str *out)
{
    *out = STR_NULL;
    if (root < 0 || !acme_is_token(token))
        return ERR_NOT_FOUND;
    int fd = step(root, ".well-known", O_DIRECTORY, false);
    fd = step(fd, "acme-challenge", O_DIRECTORY, true);
    fd = step(fd, arena_cstr(a, token), O_NONBLOCK, true);
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    char *p = arena_alloc(a, ACME_ANSWER_MAX + 1);
    ssize_t n = read_up_to(fd, p, ACME_ANSWER_MAX + 1);
    int why = errno;
    (void)close(fd);
    errno = why;
    if (n < 0)
        return ERR_IO;
    struct str text = str_trim((struct str){p, (size_t)n}, " \t\r\n");
    if (n > ACME_ANSWER_MAX || !is_answer(text, token))
        return ERR_SYNTAX;
    *out = text;
    return ERR_NONE;
}
