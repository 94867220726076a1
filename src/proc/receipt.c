/* SPDX-License-Identifier: Apache-2.0 */
/* receipt: see the header. */
#include "proc/receipt.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os.h"
#include "log/log.h"

#define PATIENCE (180 * CLOCK_S)
#define EVERY (20 * CLOCK_MS)

enum { RECEIPT_MAX = 64 * 1024 };

/* A path in the first folder of RUNTIME_DIRECTORY; NULL: none. */
static const char *
path_of(struct arena *a, const char *name)
{
    const char *folders = getenv("RUNTIME_DIRECTORY");
    if (folders == NULL || folders[0] != '/')
        return NULL;
    struct str first = str_sub(str_from_cstr(folders), 0, str_find(str_from_cstr(folders), ':'));
    return arena_printf(a, "%.*s/%s", STR_ARG(first), name).p;
}

static bool
write_file(const char *path, const char *fresh, struct str text)
{
    int fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
    bool done = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n;
    if (fd >= 0)
        done = close(fd) == 0 && done;
    return done && rename(fresh, path) == 0;
}

void
receipt_write(struct cx *cx, uint64_t number, const struct buf *problems)
{
    const char *path = path_of(&cx->arena, "reload"), *fresh = path_of(&cx->arena, "reload.new");
    if (path == NULL)
        return;
    struct buf text;
    buf_init(&text, RECEIPT_MAX + 64);
    buf_addf(&text, "%" PRIu64 " %s\n", number, problems == NULL ? "accepted" : "refused");
    if (problems != NULL)
        buf_add_str(&text, buf_view(problems));
    if (!write_file(path, fresh, buf_view(&text)))
        log_event(LOG_RECEIPT_FAILED, "path=%s error=\"%s\"", path, strerror(errno));
    buf_clear(&text);
}

/* Reads the file into `text`. False: there is none yet. */
static bool
read_file(const char *path, struct buf *text)
{
    unsigned char some[4096];
    buf_reset(text);
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return false;
    for (ssize_t n = 1; n > 0;) {
        n = read(fd, some, sizeof some);
        if (n > 0)
            buf_add(text, some, (size_t)n);
    }
    (void)close(fd);
    return !buf_is_over(text);
}

static struct str
first_word(const struct buf *text)
{
    struct str all = buf_view(text);
    return str_sub(all, 0, str_find(all, ' '));
}

/* Until the file begins with another number. */
static bool
wait_for(const char *path, struct str old, pid_t server, struct buf *text)
{
    const struct timespec pause = {.tv_nsec = EVERY * 1000};
    for (int64_t end = clock_mono() + PATIENCE; clock_mono() < end; (void)nanosleep(&pause, NULL)) {
        if (read_file(path, text) && !str_eq(first_word(text), old))
            return true;
        if (kill(server, 0) != 0)
            return false;
    }
    return false;
}

/* The exit status, and the problems on standard error. */
static int
show(const struct buf *text, bool is_upgrade)
{
    struct str problems = buf_view(text);
    struct str verdict = str_cut(&problems, '\n');
    if (str_ends(verdict, STR_LIT(" accepted")))
        return EXIT_SUCCESS;
    (void)fprintf(stderr, "countersignd: the new %s is refused; the old one stays in use\n%.*s",
                  is_upgrade ? "program" : "configuration", STR_ARG(problems));
    return EXIT_FAILURE;
}

/* SIGHUP and SIGUSR2 end a program that does not expect them: a number that went to another one meanwhile
 * gets neither. A process that we may signal and not see is hidden from the command of a unit (ProtectProc,
 * with PrivateUsers), whose $MAINPID is its manager's own. */
static bool
is_server(pid_t pid)
{
    char name[32];
    if (os_process_name(pid, name, sizeof name))
        return str_starts(str_from_cstr(name), STR_LIT("countersignd"));
    return errno == ENOENT && kill(pid, 0) == 0;
}

int
receipt_request(pid_t server, bool is_upgrade)
{
    struct arena a;
    struct buf text;
    int status = EXIT_FAILURE;
    arena_init(&a);
    buf_init(&text, RECEIPT_MAX + 64);
    const char *path = path_of(&a, "reload");
    bool has_old = path != NULL && read_file(path, &text);
    struct str old = has_old ? arena_str(&a, first_word(&text)) : STR_LIT("");
    if (path == NULL)
        (void)fprintf(stderr, "countersignd: RUNTIME_DIRECTORY, the server's own, is not set\n");
    else if (!is_server(server))
        (void)fprintf(stderr, "countersignd: process %d is not a countersignd\n", (int)server);
    else if (kill(server, is_upgrade ? SIGUSR2 : SIGHUP) != 0)
        (void)fprintf(stderr, "countersignd: process %d: %s\n", (int)server, strerror(errno));
    else if (wait_for(path, old, server, &text))
        status = show(&text, is_upgrade);
    else
        (void)fprintf(stderr, "countersignd: no answer from process %d; its log may say why\n", (int)server);
    buf_clear(&text);
    arena_clear(&a);
    return status;
}
