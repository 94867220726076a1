/* SPDX-License-Identifier: Apache-2.0 */
/* certificates: see the header. */
#include "proc/certificates.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/os.h"

enum { FILE_MAX = 1024 * 1024, PROBLEMS_MAX = 16 * 1024 };

/* One file, and how messages name it. */
struct pem {
    const char *setting;
    struct str path; /* absolute, or in the open folder */
    bool is_key;
};

static bool
seal(int fd)
{
    return lseek(fd, 0, SEEK_SET) == 0 && os_memory_seal(fd, false);
}

/* Copies a whole file into a descriptor of our own; -1 and errno on failure. A file that grows meanwhile
 * is truncated, which its reader detects. */
static int
copy_file(int from, off_t size)
{
    int fd = os_memory_file("countersign.pem");
    if (fd >= 0 && os_copy(from, fd, size) && seal(fd))
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

/* A named pipe must not block the server: it is opened without waiting, and refused. */
static enum errcode
open_copy(struct cx *cx, int folder, const struct pem *pem, int *fd_out)
{
    const char *setting = pem->setting;
    const struct str path = pem->path;
    struct stat st = {.st_mode = 0};
    enum errcode err = ERR_NONE;
    int fd = openat(folder, arena_cstr(&cx->arena, path), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    *fd_out = -1;
    if (fd < 0 || fstat(fd, &st) != 0)
        err = err_set(cx, ERR_CONFIG, "%s: cannot open %.*s: %s", setting, STR_ARG(path), strerror(errno));
    else if (!S_ISREG(st.st_mode))
        err = err_set(cx, ERR_CONFIG, "%s: %.*s is not a file", setting, STR_ARG(path));
    else if (st.st_size > FILE_MAX)
        err = err_set(cx, ERR_CONFIG, "%s: %.*s is larger than 1 MiB", setting, STR_ARG(path));
    else if (pem->is_key && (st.st_mode & (S_IWGRP | S_IXGRP | S_IRWXO)) != 0)
        err = err_set(
            cx, ERR_CONFIG,
            "%s: others than its owner and its group may read %.*s, or its group may write it: chmod 600 "
            "or 640 it",
            setting, STR_ARG(path));
    else if ((*fd_out = copy_file(fd, st.st_size)) < 0)
        err =
            err_set(cx, ERR_CONFIG, "%s: %.*s cannot be copied: %s", setting, STR_ARG(path), strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return err;
}

static void
close_pair(int fds[2])
{
    for (size_t i = 0; i < 2; i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
        fds[i] = -1;
    }
}

void
certificates_close(struct certificates *c)
{
    for (size_t i = 0; i < c->n; i++)
        close_pair(c->pairs[i].fds);
    c->n = 0;
}

void
certificates_move(struct certificates *to, struct certificates *from)
{
    ASSERT(to->n == 0);
    *to = *from;
    from->n = 0;
}

/* Both files are looked at, so that one round mends both. False: problems has why. */
static bool
add_pair(struct cx *cx, int folder, const struct pem pems[2], struct certificates *out, struct buf *problems)
{
    int fds[2] = {-1, -1};
    bool is_good = true;
    for (size_t i = 0; i < 2; i++) {
        if (open_copy(cx, folder, &pems[i], &fds[i]) == ERR_NONE)
            continue;
        is_good = false;
        buf_addf(problems, "%s%s", problems->len == 0 ? "" : "\n", cx->detail);
        err_forget(cx);
    }
    if (!is_good)
        close_pair(fds);
    else
        memcpy(out->pairs[out->n++].fds, fds, sizeof fds);
    return is_good;
}

static int
is_candidate(const struct dirent *e)
{
    return e->d_name[0] != '.' && strlen(e->d_name) <= CERTIFICATE_NAME_MAX &&
           (e->d_type == DT_DIR || e->d_type == DT_LNK || e->d_type == DT_UNKNOWN);
}

static bool
is_there(int folder, const char *name)
{
    return faccessat(folder, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The certificate in one folder of tls.folder, if there is one. */
static void
add_from(struct cx *cx, int parent, const char *name, struct certificates *out, struct buf *problems)
{
    int folder = openat(parent, name, O_DIRECTORY | O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (folder < 0 && errno == ENOTDIR)
        return;
    const char *setting = arena_printf(&cx->arena, "tls.folder/%s", name).p;
    const struct pem pems[2] = {{setting, STR_LIT("fullchain.pem"), false},
                                {setting, STR_LIT("privkey.pem"), true}};
    if (folder < 0)
        buf_addf(problems, "%s%s: %s", problems->len == 0 ? "" : "\n", setting, strerror(errno));
    else if (!is_there(folder, pems[0].path.p) && !is_there(folder, pems[1].path.p))
        ;
    else if (out->n == CERTIFICATES_MAX)
        buf_addf(problems, "%s%s: there are more than %d certificates", problems->len == 0 ? "" : "\n",
                 setting, CERTIFICATES_MAX);
    else if (add_pair(cx, folder, pems, out, problems))
        (void)snprintf(out->pairs[out->n - 1].name, sizeof out->pairs[0].name, "%s", setting);
    if (folder >= 0)
        (void)close(folder);
}

static void
add_folder(struct cx *cx, struct str path, struct certificates *out, struct buf *problems)
{
    struct dirent **entries = NULL;
    const char *name = arena_cstr(&cx->arena, path);
    int parent = open(name, O_DIRECTORY | O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int n = parent < 0 ? -1 : scandir(name, &entries, is_candidate, alphasort);
    if (n < 0)
        buf_addf(problems, "%stls.folder: cannot read %.*s: %s", problems->len == 0 ? "" : "\n",
                 STR_ARG(path), strerror(errno));
    for (int i = 0; i < n; i++) {
        add_from(cx, parent, entries[i]->d_name, out, problems);
        free(entries[i]);
    }
    free(entries);
    if (parent >= 0)
        (void)close(parent);
}

enum errcode
certificates_open(struct cx *cx, const struct config *config, struct certificates *out)
{
    const struct pem pems[2] = {{"tls.certificate", config->tls_certificate, false},
                                {"tls.key", config->tls_key, true}};
    out->n = 0;
    if (str_is_empty(config->tls_certificate))
        return ERR_NONE;
    struct buf problems;
    buf_init(&problems, PROBLEMS_MAX);
    if (add_pair(cx, AT_FDCWD, pems, out, &problems))
        (void)snprintf(out->pairs[0].name, sizeof out->pairs[0].name, "%s", pems[0].setting);
    if (!str_is_empty(config->tls_folder))
        add_folder(cx, config->tls_folder, out, &problems);
    enum errcode err = ERR_NONE;
    if (problems.len > 0) {
        certificates_close(out);
        err = err_set(cx, ERR_CONFIG, "%.*s", STR_ARG(buf_view(&problems)));
    }
    buf_clear(&problems);
    return err;
}

void
certificates_message(const struct certificates *c, size_t i, struct control *m_out)
{
    *m_out = (struct control){.type = CONTROL_TLS,
                              .slot = (uint32_t)i,
                              .is_last = i + 1 == c->n,
                              .fds = {c->pairs[i].fds[0], c->pairs[i].fds[1]},
                              .n_fds = 2};
    (void)snprintf(m_out->text, sizeof m_out->text, "%s", c->pairs[i].name);
}

static void
stamp_file(int folder, const char *path, struct buf *out)
{
    struct stat st;
    if (fstatat(folder, path, &st, 0) != 0)
        buf_addf(out, "-\n");
    else
        buf_addf(out, "%ju %ju %ju %jd.%09ld %jd.%09ld %o\n", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino,
                 (uintmax_t)st.st_size, (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec,
                 (intmax_t)st.st_ctim.tv_sec, st.st_ctim.tv_nsec, (unsigned)st.st_mode);
}

static void
stamp_folder(struct cx *cx, struct str path, struct buf *out)
{
    struct dirent **entries = NULL;
    const char *folder = arena_cstr(&cx->arena, path);
    int parent = open(folder, O_DIRECTORY | O_RDONLY | O_CLOEXEC | O_NOCTTY);
    int n = parent < 0 ? 0 : scandir(folder, &entries, is_candidate, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        buf_addf(out, "%s\n", name);
        stamp_file(parent, arena_printf(&cx->arena, "%s/fullchain.pem", name).p, out);
        stamp_file(parent, arena_printf(&cx->arena, "%s/privkey.pem", name).p, out);
        free(entries[i]);
    }
    free(entries);
    if (parent >= 0)
        (void)close(parent);
}

void
certificates_stamp(struct cx *cx, const struct config *config, struct buf *out)
{
    buf_reset(out);
    if (str_is_empty(config->tls_certificate))
        return;
    stamp_file(AT_FDCWD, arena_cstr(&cx->arena, config->tls_certificate), out);
    stamp_file(AT_FDCWD, arena_cstr(&cx->arena, config->tls_key), out);
    if (!str_is_empty(config->tls_folder))
        stamp_folder(cx, config->tls_folder, out);
}
