/* SPDX-License-Identifier: Apache-2.0 */
/* key_file: see key_file.h. */
#include "client/key_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fds.h"
#include "base/secret.h"

enum { FILE_MAX = 16 * 1024 };

void
key_file_generate(struct key_file *k)
{
    *k = (struct key_file){.key = p256_generate()};
}

void
key_file_clear(struct key_file *k)
{
    p256_free(&k->key);
    json_decref(k->document);
    *k = (struct key_file){0};
}

enum errcode
key_file_create(struct cx *cx, const char *path, int *fd_out)
{
    *fd_out = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (*fd_out >= 0)
        return ERR_NONE;
    if (errno == EEXIST)
        return err_set(cx, ERR_USAGE, "%s exists already: a key is never overwritten", path);
    return err_set(cx, ERR_USAGE, "%s cannot be created: %s", path, strerror(errno));
}

enum errcode
key_file_write(struct cx *cx, int fd, const struct key_file *k)
{
    struct str pem = p256_write_pem(&cx->arena, k->key);
    json_t *document = json_pack("{s:s%, s:s%, s:s%, s:s%, s:s%}", "url", k->url.p, k->url.n, "device",
                                 k->device.p, k->device.n, "account", k->account.p, k->account.n, "token",
                                 k->token.p, k->token.n, "key", pem.p, pem.n);
    char *text = document != NULL ? json_dumps(document, JSON_INDENT(2)) : NULL;
    if (text == NULL)
        err_no_memory();
    bool ok = fds_write_synced(fd, str_from_cstr(text));
    secret_wipe(text, strlen(text));
    free(text);
    json_decref(document);
    return ok ? ERR_NONE : err_set(cx, ERR_IO, "the key file could not be written: %s", strerror(errno));
}

static enum errcode
check_owner(struct cx *cx, const char *path, int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size > FILE_MAX)
        return err_set(cx, ERR_USAGE, "%s is not a key file", path);
    if (st.st_uid != geteuid())
        return err_set(cx, ERR_USAGE, "%s belongs to another account", path);
    if ((st.st_mode & 077) != 0)
        return err_set(cx, ERR_USAGE,
                       "%s is open to others (mode %03o): chmod 600, and think about who has read it", path,
                       (unsigned)st.st_mode & 0777);
    return ERR_NONE;
}

static struct str
member(const json_t *document, const char *name)
{
    const json_t *value = json_object_get(document, name);
    return json_is_string(value) ? (struct str){json_string_value(value), json_string_length(value)}
                                 : STR_NULL;
}

static bool
take_document(struct key_file *k)
{
    k->url = member(k->document, "url");
    k->device = member(k->document, "device");
    k->account = member(k->document, "account");
    k->token = member(k->document, "token");
    struct str pem = member(k->document, "key");
    if (str_is_null(k->url) || str_is_null(k->device) || str_is_null(k->account) || str_is_null(k->token) ||
        str_is_null(pem))
        return false;
    k->key = p256_read_pem(pem);
    return k->key != NULL;
}

enum errcode
key_file_read(struct cx *cx, const char *path, struct key_file *k)
{
    *k = (struct key_file){0};
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return err_set(cx, ERR_USAGE, "the phone's key %s cannot be read: %s", path, strerror(errno));
    enum errcode err = check_owner(cx, path, fd);
    if (err == ERR_NONE) {
        k->document = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
        if (k->document == NULL || !take_document(k))
            err = err_set(cx, ERR_USAGE, "%s is not a key file", path);
    }
    close(fd);
    return err;
}
