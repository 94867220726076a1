/* SPDX-License-Identifier: Apache-2.0 */
/* source: see the header. */
#include "proc/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/os.h"

#define BUILT_IN "built-in configuration"

enum { CONFIG_TEXT_MAX = 64 * 1024, WORKERS_MAX = 256 };

static enum errcode
read_text(const char *path, struct buf *text, struct buf *messages)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) {
        buf_addf(messages, "%s: %s\n", path, strerror(errno));
        return ERR_IO;
    }
    ssize_t n = 1;
    while (n > 0 && buf_room(text) > 0) {
        size_t want = buf_room(text);
        unsigned char *at = buf_reserve(text, want);
        ASSERT(at != NULL);
        n = read(fd, at, want);
        if (n > 0)
            buf_commit(text, (size_t)n);
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    if (n < 0)
        buf_addf(messages, "%s: %s\n", path, strerror(errno));
    (void)close(fd);
    return n < 0 ? ERR_IO : ERR_NONE;
}

enum errcode
source_init(struct source *s, const char *path, struct str text, struct buf *messages)
{
    *s = (struct source){.path = path};
    /* One byte more than allowed, so that the parser sees that it is too long. */
    buf_init(&s->at_start, CONFIG_TEXT_MAX + 1);
    buf_init(&s->newest, CONFIG_TEXT_MAX + 1);
    config_init(&s->config);
    enum errcode err = ERR_NONE;
    if (path != NULL)
        err = read_text(path, &s->at_start, messages);
    else
        buf_add_str(&s->at_start, text);
    if (err != ERR_NONE)
        return err;
    struct str name = str_from_cstr(path == NULL ? BUILT_IN : path);
    err = config_parse(&s->config, name, buf_view(&s->at_start), messages);
    config_use_credentials(&s->config, getenv("CREDENTIALS_DIRECTORY"));
    return err;
}

void
source_clear(struct source *s)
{
    buf_clear(&s->at_start);
    buf_clear(&s->newest);
    config_clear(&s->config);
}

static bool
seal(int fd)
{
    return lseek(fd, 0, SEEK_SET) == 0 && os_memory_seal(fd, false);
}

int
source_fd(const struct buf *text)
{
    struct str view = buf_view(text);
    int fd = os_memory_file("countersign.conf");
    if (fd < 0)
        return -1;
    if (write(fd, view.p, view.n) == (ssize_t)view.n && seal(fd))
        return fd;
    (void)close(fd);
    return -1;
}

const struct buf *
source_newest(const struct source *s)
{
    return s->has_newest ? &s->newest : &s->at_start;
}

void
source_fresh_init(struct source_fresh *fresh)
{
    *fresh = (struct source_fresh){.tls = {.n = 0}};
    buf_init(&fresh->text, CONFIG_TEXT_MAX + 1);
    config_init(&fresh->config);
}

enum errcode
source_read(struct cx *cx, const struct source *s, struct source_fresh *out, struct buf *messages)
{
    source_fresh_init(out);
    enum errcode err = s->path == NULL ? ERR_NONE : read_text(s->path, &out->text, messages);
    if (err == ERR_NONE && s->path == NULL)
        buf_add_str(&out->text, buf_view(&s->at_start));
    if (err == ERR_NONE)
        err = config_parse(&out->config, str_from_cstr(s->path == NULL ? BUILT_IN : s->path),
                           buf_view(&out->text), messages);
    if (err != ERR_NONE)
        return err;
    config_use_credentials(&out->config, getenv("CREDENTIALS_DIRECTORY"));
    err = certificates_open(cx, &out->config, &out->tls);
    if (err != ERR_NONE)
        buf_addf(messages, "%s\n", cx->detail);
    return err;
}

void
source_fresh_clear(struct source_fresh *fresh)
{
    certificates_close(&fresh->tls);
    buf_clear(&fresh->text);
    config_clear(&fresh->config);
}

void
source_take(struct source *s, struct source_fresh *fresh, struct buf *needs_restart)
{
    config_take_live(&s->config, &fresh->config, needs_restart);
    buf_reset(&s->newest);
    buf_add_str(&s->newest, buf_view(&fresh->text));
    s->has_newest = true;
    if (!str_eq(s->config.tls_certificate, fresh->config.tls_certificate) ||
        !str_eq(s->config.tls_key, fresh->config.tls_key) ||
        !str_eq(s->config.tls_folder, fresh->config.tls_folder))
        certificates_close(&fresh->tls);
}

size_t
source_workers(const struct source *s)
{
    int64_t n = s->config.server_workers;
    if (n == 0)
        n = os_processors() + 1;
    return n < 2 ? 2 : n > WORKERS_MAX ? WORKERS_MAX : (size_t)n;
}
