/* SPDX-License-Identifier: Apache-2.0 */
/* spawn: fork, clean up, drop the account, exec. */
#include "proc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fds.h"
#include "base/os.h"
#include "log/log.h"
#include "proc/control.h"
#include "proc/signals.h"
#include "proc/source.h"

enum { FD_SPARE = 10, EXIT_NOT_STARTED = 127 };

enum errcode
spawn_find_user(struct cx *cx, struct str name, struct privilege_user *user_out)
{
    *user_out = (struct privilege_user){.is_set = false};
    if (str_is_empty(name))
        return ERR_NONE;
    const char *account = arena_cstr(&cx->arena, name);
    const struct passwd *pw = getpwnam(account);
    if (pw == NULL)
        return err_set(cx, ERR_CONFIG, "server.user: there is no account %s", account);
    if (geteuid() != 0 && geteuid() != pw->pw_uid)
        return err_set(cx, ERR_CONFIG, "server.user: only root can run its children as %s", account);
    if (geteuid() != 0 || pw->pw_uid == 0)
        return ERR_NONE; /* we already run as that account */
    user_out->is_set = true;
    user_out->uid = pw->pw_uid;
    user_out->gid = pw->pw_gid;
    ASSERT(name.n < sizeof user_out->name);
    memcpy(user_out->name, account, name.n + 1);
    return ERR_NONE;
}

/* What a child gets from us. */
struct ends {
    int control, config;
};

static _Noreturn void
give_up(const char *step, const char *path)
{
    log_event(LOG_CHILD_START, "step=%s path=%s error=\"%s\"", step, path, strerror(errno));
    _exit(EXIT_NOT_STARTED);
}

/* Moves the descriptors to their numbers, whatever numbers they have now, and closes all others. */
static void
place_descriptors(const struct spawn *s, const struct ends *ends)
{
    int control = fcntl(ends->control, F_DUPFD, FD_SPARE);
    int config = fcntl(ends->config, F_DUPFD, FD_SPARE);
    int clock = s->clock_fd > 0 ? fcntl(s->clock_fd, F_DUPFD, FD_SPARE) : CONTROL_CLOCK_FD;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (control < 0 || config < 0 || clock < 0 || null < 0 || dup2(null, STDIN_FILENO) < 0 ||
        dup2(null, STDOUT_FILENO) < 0 || dup2(control, CONTROL_FD) < 0 || dup2(config, CONTROL_CONFIG_FD) < 0)
        give_up("descriptors", s->path);
    if (s->clock_fd > 0 && dup2(clock, CONTROL_CLOCK_FD) < 0)
        give_up("clock", s->path);
    int last = s->clock_fd > 0 ? CONTROL_CLOCK_FD : CONTROL_CONFIG_FD;
    if (!fds_close_from(last + 1))
        give_up("close", s->path);
}

/* "NAME=VALUE" of our own environment. False: not set, or too long. */
static bool
pass_on(const char *name, char *out, size_t size)
{
    const char *value = getenv(name);
    int n = value == NULL ? 0 : snprintf(out, size, "%s=%s", name, value);
    return n > 0 && (size_t)n < size;
}

/* In the child. The order matters: descriptors before the account (they may need root), the parent-death
 * signal after it (changing the account clears it). */
static _Noreturn void
become(const struct spawn *s, const struct ends *ends, pid_t supervisor)
{
    place_descriptors(s, ends);
    (void)umask(077);
    if (chdir("/") != 0)
        give_up("chdir", s->path);
    const char *refused = privilege_drop(s->user);
    if (refused != NULL)
        give_up(refused, s->path);
    if (!signals_for_child())
        give_up("signals", s->path);
    if (!os_end_with_parent() || getppid() != supervisor)
        give_up("parent", s->path);
    char name[64];
    size_t n = strlen(s->name);
    ASSERT(n < sizeof name);
    memcpy(name, s->name, n + 1);
    char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    char *argv[] = {name, NULL};
    char sandbox[] = CONTROL_SANDBOX_ENV "=1";
    char stream[64], credentials[PATH_MAX + 32];
    char node[48];
    char *env[] = {path, NULL, NULL, NULL, NULL, NULL, NULL, NULL};
    size_t n_env = 1;
    if (pass_on("JOURNAL_STREAM", stream, sizeof stream))
        env[n_env++] = stream;
    if (pass_on("CREDENTIALS_DIRECTORY", credentials, sizeof credentials))
        env[n_env++] = credentials;
    if (s->clock_fd > 0)
        env[n_env++] = sandbox;
    (void)snprintf(node, sizeof node, CONTROL_NODE_ENV "=%" PRId64, s->node);
    env[n_env++] = node;
#if COUNTERSIGN_TESTING
    char moved[PATH_MAX + 32];
    char journal[PATH_MAX + 32];
    if (pass_on("COUNTERSIGN_TEST_CLOCK", moved, sizeof moved))
        env[n_env++] = moved;
    if (pass_on("COUNTERSIGN_TEST_JOURNAL", journal, sizeof journal))
        env[n_env++] = journal;
#endif
    ASSERT(n_env < ARRAY_LEN(env));
    (void)execve(s->path, argv, env);
    give_up("exec", s->path);
}

static enum errcode
fork_child(struct cx *cx, const struct spawn *s, const struct ends *ends, pid_t *pid_out)
{
    pid_t supervisor = getpid();
    pid_t pid = fork();
    if (pid < 0)
        return err_set(cx, ERR_SYSTEM, "cannot start %s: %s", s->path, strerror(errno));
    if (pid == 0)
        become(s, ends, supervisor);
    *pid_out = pid;
    return ERR_NONE;
}

static void
close_one(int fd)
{
    if (fd >= 0)
        (void)close(fd);
}

enum errcode
spawn_child(struct cx *cx, const struct spawn *s, const struct buf *text, int *control_out, pid_t *pid_out)
{
    int pair[2] = {-1, -1};
    int config = source_fd(text);
    enum errcode err = ERR_NONE;
    if (config < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0 ||
        fcntl(pair[0], F_SETFL, O_NONBLOCK) != 0)
        err = err_set(cx, ERR_SYSTEM, "no descriptors for a child: %s", strerror(errno));
    if (err == ERR_NONE)
        err = fork_child(cx, s, &(struct ends){.control = pair[1], .config = config}, pid_out);
    close_one(pair[1]);
    close_one(config);
    if (err != ERR_NONE)
        close_one(pair[0]);
    *control_out = err == ERR_NONE ? pair[0] : -1;
    return err;
}
