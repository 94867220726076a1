/* source: see the header. */
#include "proc/source.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

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
    /* One more byte than is allowed, so that the parser sees what is too long. */
    buf_init(&s->at_start, CONFIG_TEXT_MAX + 1);
    buf_init(&s->newest, CONFIG_TEXT_MAX + 1);
    config_init(&s->config);
    enum errcode e = ERR_NONE;
    if (path != NULL)
        e = read_text(path, &s->at_start, messages);
    else
        buf_add_str(&s->at_start, text);
    if (e != ERR_NONE)
        return e;
    struct str name = str_from_cstr(path == NULL ? BUILT_IN : path);
    return config_parse(&s->config, name, buf_view(&s->at_start), messages);
}

void
source_clear(struct source *s)
{
    buf_clear(&s->at_start);
    buf_clear(&s->newest);
    config_clear(&s->config);
}

int
source_fd(const struct buf *text)
{
    struct str view = buf_view(text);
    int fd = memfd_create("countersign.conf", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return -1;
    int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
    if (write(fd, view.p, view.n) == (ssize_t)view.n && lseek(fd, 0, SEEK_SET) == 0 &&
        fcntl(fd, F_ADD_SEALS, seals) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static enum errcode
open_file(struct cx *cx, const char *setting, struct str path, int *fd_out)
{
    *fd_out = open(arena_cstr(&cx->arena, path), O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (*fd_out < 0)
        return err_set(cx, ERR_CONFIG, "%s: cannot open %.*s: %s", setting, STR_ARG(path), strerror(errno));
    return ERR_NONE;
}

static void
close_both(int fds[2])
{
    for (size_t i = 0; i < 2; i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
        fds[i] = -1;
    }
}

enum errcode
source_open_tls(struct cx *cx, const struct config *config, int fds[2])
{
    fds[0] = fds[1] = -1;
    if (str_is_empty(config->tls_certificate))
        return ERR_NONE;
    enum errcode e = open_file(cx, "tls.certificate", config->tls_certificate, &fds[0]);
    if (e == ERR_NONE)
        e = open_file(cx, "tls.key", config->tls_key, &fds[1]);
    struct stat st;
    if (e == ERR_NONE && (fstat(fds[1], &st) != 0 || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0))
        e = err_set(cx, ERR_CONFIG, "tls.key: others than its owner may read %.*s: chmod 600 it",
                    STR_ARG(config->tls_key));
    if (e != ERR_NONE)
        close_both(fds);
    return e;
}

enum errcode
source_reload(struct source *s, struct cx *cx, int tls_out[2], struct buf *messages,
              struct buf *needs_restart)
{
    struct buf text;
    buf_init(&text, CONFIG_TEXT_MAX + 1);
    struct config fresh;
    config_init(&fresh);
    tls_out[0] = tls_out[1] = -1;
    enum errcode e = s->path == NULL ? ERR_NONE : read_text(s->path, &text, messages);
    if (e == ERR_NONE && s->path == NULL)
        buf_add_str(&text, buf_view(&s->at_start));
    if (e == ERR_NONE)
        e = config_parse(&fresh, str_from_cstr(s->path == NULL ? BUILT_IN : s->path), buf_view(&text),
                         messages);
    if (e == ERR_NONE) {
        e = source_open_tls(cx, &fresh, tls_out);
        if (e != ERR_NONE)
            buf_addf(messages, "%s\n", cx->detail);
    }
    if (e == ERR_NONE) {
        config_take_live(&s->config, &fresh, needs_restart);
        buf_reset(&s->newest);
        buf_add_str(&s->newest, buf_view(&text));
        s->has_newest = true;
        /* TLS that would go on or off waits for a restart. */
        if (!str_eq(s->config.tls_certificate, fresh.tls_certificate) ||
            !str_eq(s->config.tls_key, fresh.tls_key))
            close_both(tls_out);
    }
    config_clear(&fresh);
    buf_clear(&text);
    return e;
}

/* Those that this process may use: a container or a service may have been given fewer than the machine has.
 */
static int64_t
processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0)
        return CPU_COUNT(&set);
    return sysconf(_SC_NPROCESSORS_ONLN);
}

size_t
source_workers(const struct source *s)
{
    int64_t n = s->config.server_workers;
    if (n == 0)
        n = processors() + 1;
    return n < 2 ? 2 : n > WORKERS_MAX ? WORKERS_MAX : (size_t)n;
}
