/* SPDX-License-Identifier: Apache-2.0 */
/* live: see the header. */
#include "report/live.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/inet.h"
#include "base/local.h"

enum { TEXT_MAX = 1 << 20, STEP = 16 * 1024, PATIENCE_S = 5, DECIMALS = 6 };
#define NUMBER_MOST (INT64_MAX / 64) /* a sum or difference of some fits too; as a time, the year 6500 */

/* Where a server serves its metrics. */
struct place {
    struct local_place local; /* of a Unix socket; folder -1 otherwise */
    struct sockaddr_storage address;
    socklen_t n;
    struct str name; /* for messages */
};

void
live_init(struct live *l)
{
    *l = (struct live){.version = STR_NULL};
    arena_init(&l->arena);
}

void
live_clear(struct live *l)
{
    arena_clear(&l->arena);
    l->n = 0;
}

/* "12" or "12.000345", the latter in microseconds; anything else is 0. What answers may be another program.
 */
static int64_t
number_of(struct str text)
{
    int64_t n = 0, part = 0;
    struct str whole = str_cut(&text, '.');
    if (str_to_i64(whole, 0, NUMBER_MOST / CLOCK_S - 1, &n) != ERR_NONE)
        return 0;
    if (str_is_null(text))
        return n;
    if (str_to_i64(str_sub(text, 0, DECIMALS), 0, CLOCK_S - 1, &part) != ERR_NONE)
        return 0;
    return n * CLOCK_S + part;
}

/* The text in quotation marks after `key`; null: there is none. */
static struct str
label_of(struct str labels, struct str key)
{
    size_t at = str_find_str(labels, key);
    struct str rest = str_sub(labels, at + key.n, labels.n);
    return at < labels.n ? str_cut(&rest, '"') : STR_NULL;
}

void
live_parse(struct live *l, struct str text)
{
    static const struct str prefix = STR("countersign_");
    arena_reset(&l->arena);
    text = arena_str(&l->arena, text);
    l->samples = arena_array(&l->arena, LIVE_SAMPLES, sizeof *l->samples);
    l->n = 0;
    l->version = STR_NULL;
    while (!str_is_null(text) && l->n < LIVE_SAMPLES) {
        struct str line = str_cut(&text, '\n');
        if (!str_starts(line, prefix))
            continue;
        struct str value = str_sub(line, prefix.n, line.n), labels = str_cut(&value, ' ');
        struct str name = str_cut(&labels, '{');
        labels = str_is_empty(labels) ? STR_LIT("") : str_sub(labels, 0, labels.n - 1);
        if (str_eq(name, STR_LIT("build_info")))
            l->version = label_of(labels, STR_LIT("version=\""));
        else
            l->samples[l->n++] = (struct live_sample){name, labels, number_of(value)};
    }
}

int64_t
live_value(const struct live *l, struct str name, struct str labels)
{
    int64_t all = 0;
    for (size_t i = 0; i < l->n; i++) {
        const struct live_sample *s = &l->samples[i];
        if (str_eq(s->name, name) && (str_is_null(labels) || str_find_str(s->labels, labels) < s->labels.n))
            all = s->value < NUMBER_MOST - all ? all + s->value : NUMBER_MOST;
    }
    return all;
}

static void
use_local(struct cx *cx, struct place *p, struct str path, const char *suffix)
{
    p->local = local_place(cx, path, suffix);
    memcpy(&p->address, &p->local.address, sizeof p->local.address);
    p->n = sizeof p->local.address;
    p->name = arena_printf(&cx->arena, "%.*s%s", STR_ARG(path), suffix);
}

/* One item of metrics.listen, which config_check has verified. */
static void
use_item(struct cx *cx, const struct config *config, struct str item, struct place *p)
{
    static const struct str unix_path = STR("unix:");
    struct inet_endpoint at;
    *p = (struct place){.local.folder = -1};
    if (str_eq(item, STR_LIT("unix"))) {
        use_local(cx, p, config_local_file(config), "-metrics");
    } else if (str_starts(item, unix_path)) {
        use_local(cx, p, str_sub(item, unix_path.n, item.n), "");
    } else {
        ASSERT(inet_endpoint_parse(item, &at) == ERR_NONE);
        p->n = inet_to_sockaddr(&at, &p->address);
        p->name = item;
    }
}

/* A Unix socket if there is one: nothing else can be at it. */
static enum errcode
find_place(struct cx *cx, const struct config *config, struct place *place_out)
{
    const struct config_list *list = &config->metrics_listen;
    *place_out = (struct place){.local.folder = -1};
    if (list->n == 0)
        return err_set(cx, ERR_NOT_FOUND,
                       "metrics.listen is empty: add the word unix to it, and restart the server");
    size_t at = 0;
    for (size_t i = list->n; i-- > 0;)
        if (str_starts(list->items[i], STR_LIT("unix")))
            at = i;
    use_item(cx, config, list->items[at], place_out);
    return ERR_NONE;
}

/* Sends the request and reads to the end of the answer, which HTTP/1.0 marks by closing. False: errno. */
static bool
ask(int fd, const struct place *p, struct buf *answer)
{
    static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n";
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    const int64_t until = clock_mono() + PATIENCE_S * CLOCK_S;
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        connect(fd, (const struct sockaddr *)&p->address, p->n) != 0 ||
        send(fd, request, sizeof request - 1, MSG_NOSIGNAL) != (ssize_t)(sizeof request - 1))
        return false;
    while (clock_mono() < until) {
        unsigned char *room = buf_reserve(answer, STEP);
        ssize_t n = room == NULL ? 0 : recv(fd, room, STEP, 0);
        if (n <= 0)
            return n == 0;
        buf_commit(answer, (size_t)n);
    }
    errno = ETIMEDOUT;
    return false;
}

static enum errcode
take_answer(struct cx *cx, struct live *l, const struct place *p, struct str answer)
{
    size_t head = str_find_str(answer, STR_LIT("\r\n\r\n"));
    bool is_good = str_starts(answer, STR_LIT("HTTP/1.")) && str_eq(str_sub(answer, 8, 5), STR_LIT(" 200 "));
    if (is_good && head < answer.n)
        live_parse(l, str_sub(answer, head + 4, answer.n));
    return !str_is_null(l->version)
               ? ERR_NONE
               : err_set(cx, ERR_PROTOCOL, "what answers at %.*s is not this server", STR_ARG(p->name));
}

enum errcode
live_read(struct cx *cx, const struct config *config, struct live *l)
{
    struct place p;
    struct buf answer;
    l->n = 0;
    l->version = STR_NULL;
    enum errcode err = find_place(cx, config, &p);
    if (err != ERR_NONE)
        return err;
    buf_init(&answer, TEXT_MAX);
    int fd = socket(p.address.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool is_answered = fd >= 0 && ask(fd, &p, &answer);
    const int why = p.local.why != 0 ? p.local.why : errno;
    if (is_answered)
        err = take_answer(cx, l, &p, buf_view(&answer));
    else if (why == EACCES)
        err = err_set(cx, ERR_DENIED, "only root and the server's account may ask at %.*s", STR_ARG(p.name));
    else
        err = err_set(cx, ERR_CLOSED, "no server answers at %.*s: %s", STR_ARG(p.name), strerror(why));
    if (fd >= 0)
        (void)close(fd);
    local_leave(&p.local);
    buf_clear(&answer);
    return err;
}
