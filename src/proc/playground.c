/* SPDX-License-Identifier: Apache-2.0 */
/* playground: see the header. */
#include "proc/playground.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/os.h"

#define PREFIX "countersign-sandbox."

static enum errcode
complain(const char *what)
{
    (void)fprintf(stderr, "countersignd: the sandbox cannot be made: %s: %s\n", what, strerror(errno));
    return ERR_SYSTEM;
}

/* Removes the folder and its files; it has no subfolders. */
static void
remove_folder(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (d == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (e->d_name[0] != '.')
            (void)unlinkat(dirfd(d), e->d_name, 0);
    (void)closedir(d);
    (void)rmdir(path);
}

/* A running sandbox holds a lock on its folder, which the kernel releases however the process ends. */
static void
remove_if_dead(const char *name)
{
    char path[sizeof OS_MEMORY_FOLDER + NAME_MAX + 1];
    struct stat st;
    (void)snprintf(path, sizeof path, OS_MEMORY_FOLDER "/%s", name);
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && st.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
        remove_folder(path);
    (void)close(fd);
}

static void
remove_dead(void)
{
    DIR *d = opendir(OS_MEMORY_FOLDER);
    if (d == NULL)
        return;
    for (struct dirent *e; (e = readdir(d)) != NULL;)
        if (str_starts(str_from_cstr(e->d_name), STR_LIT(PREFIX)))
            remove_if_dead(e->d_name);
    (void)closedir(d);
}

/* Another sandbox that is starting may mistake a folder that is not locked yet for a dead one's: then the
 * next attempt follows. */
static enum errcode
make_folder(struct playground *p)
{
    enum { TRIES = 5 };
    for (int i = 0; i < TRIES; i++) {
        char path[] = OS_MEMORY_FOLDER "/" PREFIX "XXXXXX";
        struct stat st;
        if (mkdtemp(path) == NULL)
            break;
        int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd >= 0 && flock(fd, LOCK_EX) == 0 && stat(path, &st) == 0) {
            static_assert(sizeof path <= sizeof p->folder, "the folder's name has room");
            memcpy(p->folder, path, sizeof path);
            p->lock_fd = fd;
            return ERR_NONE;
        }
        if (fd >= 0)
            (void)close(fd);
    }
    return complain("a folder in " OS_MEMORY_FOLDER);
}

static enum errcode
make_clock(struct playground *p)
{
    p->clock_fd = os_memory_file("countersign-clock");
    if (p->clock_fd < 0 || ftruncate(p->clock_fd, sizeof(int64_t)) != 0 || !os_memory_seal(p->clock_fd, true))
        return complain("a clock");
    return ERR_NONE;
}

/* The supervisor links neither the store nor the domain, so the worker's program creates the store. */
static enum errcode
make_store(const char *program, struct str store, struct str key)
{
    pid_t pid = fork();
    if (pid == 0) {
        (void)umask(077);
        (void)execl(program, "countersign-sandbox", "--make", store.p, key.p, (char *)NULL);
        (void)complain(program);
        _exit(1);
    }
    int status = 0;
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return complain(program);
    if (pid < 0)
        return complain(program);
    return status == 0 ? ERR_NONE : ERR_STORE;
}

enum errcode
playground_make(struct playground *p, struct arena *a, const char *sandbox, const char *listen,
                bool is_public)
{
    *p = (struct playground){.lock_fd = -1, .clock_fd = -1};
    remove_dead();
    enum errcode err = make_folder(p);
    if (err == ERR_NONE)
        err = make_clock(p);
    if (err != ERR_NONE)
        return err;
    struct str store = arena_printf(a, "%s/countersign.db", p->folder);
    struct str key = arena_printf(a, "%s/countersign.key", p->folder);
    /* A phone signs for the server address it knows; on loopback the server derives its own name. */
    struct str url = is_public ? arena_printf(a, "public_url = http://%s\n", listen) : STR_LIT("");
    /* Moving the clock must not abort connections and calls. */
    p->config = arena_printf(a,
                             "[server]\nlisten = %s\nallow_plain_http = yes\nworkers = 2\n%.*s"
                             "[store]\npath = %s\nkey_file = %s\n"
                             "[limits]\nheader_time = 10m\nbody_time = 1h\nwrite_time = 1h\nidle_time = 1h\n"
                             "call_time = 10m\n"
                             "[privacy]\nreveal_unknown_users = yes\n",
                             listen, STR_ARG(url), store.p, key.p);
    return make_store(sandbox, store, key);
}

void
playground_remove(struct playground *p)
{
    if (p->folder[0] != '\0')
        remove_folder(p->folder);
    if (p->lock_fd >= 0)
        (void)close(p->lock_fd);
    if (p->clock_fd >= 0)
        (void)close(p->clock_fd);
    *p = (struct playground){.lock_fd = -1, .clock_fd = -1};
}
