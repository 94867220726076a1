/* SPDX-License-Identifier: Apache-2.0 */
/* harness: see harness.h. */
#include "tests/unit/front/harness.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"
#include "contract/ct_wire.h"
#include "front/turn.h"
#include "log/log.h"

enum { QUIET_PUMPS = 20 };

static void
stop(struct loop_timer *t)
{
    struct harness *h = LIST_ITEM(t, struct harness, stopper);
    loop_stop(h->loop);
}

void
pump(struct harness *h)
{
    loop_timer_set(h->loop, &h->stopper, clock_mono());
    assert_int_equal(loop_run(h->loop), ERR_NONE);
}

void
advance(struct harness *h, int64_t microseconds)
{
    h->now += microseconds;
    clock_fix(h->now);
    pump(h);
    pump(h);
}

void
harness_drained(void *arg)
{
    struct harness *h = arg;
    h->is_drained = true;
}

struct harness *
harness_new(const char *config_text)
{
    struct harness *h = calloc(1, sizeof *h);
    struct buf messages;

    assert_non_null(h);
    log_init("test", LOG_LEVEL_ERROR);
    h->now = INT64_C(1790000000) * CLOCK_S;
    clock_fix(h->now);
    cx_init(&h->cx);
    cx_begin(&h->cx);
    buf_init(&messages, 4096);
    config_init(&h->config);
    assert_int_equal(config_parse(&h->config, STR_LIT("test"), str_from_cstr(config_text), &messages),
                     ERR_NONE);
    buf_clear(&messages);
    h->loop = loop_new();
    loop_timer_init(&h->stopper, stop);
    h->front = front_new(h->loop, &h->config);
    for (size_t i = 0; i < HARNESS_WORKERS; i++) {
        h->workers[i].fd = -1;
        buf_init(&h->workers[i].in, FRAME_MAX + FRAME_HEAD);
    }
    return h;
}

void
harness_free(struct harness *h)
{
    front_free(&h->front);
    for (unsigned i = 0; i < HARNESS_WORKERS; i++) {
        if (h->workers[i].fd >= 0)
            worker_kill(h, i);
    }
    loop_timer_stop(h->loop, &h->stopper);
    loop_free(&h->loop);
    config_clear(&h->config);
    cx_clear(&h->cx);
    free(h);
    clock_fix(0);
}

int
harness_tear_down(void **state)
{
    harness_free(*state);
    return 0;
}

struct front_counts
harness_counts(const struct harness *h)
{
    struct front_counts counts;
    front_counts(h->front, &counts);
    return counts;
}

void
listen_on(struct harness *h)
{
    listen_on_with(h, 0);
}

void
listen_on_with(struct harness *h, unsigned traits)
{
    struct sockaddr_in sa = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof sa;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    assert_int_equal(listen(fd, 128), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&sa, &n), 0);
    h->port = ntohs(sa.sin_port);
    assert_int_equal(front_add_listener(&h->cx, h->front, fd, traits), ERR_NONE);
}

void
worker_add(struct harness *h, unsigned slot, bool fast_only)
{
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    if (h->workers[slot].fd >= 0)
        worker_kill(h, slot);
    h->workers[slot].fd = pair[1];
    assert_int_equal(front_set_worker(&h->cx, h->front, slot, fast_only, pair[0]), ERR_NONE);
}

void
worker_kill(struct harness *h, unsigned slot)
{
    struct worker *w = &h->workers[slot];
    (void)close(w->fd);
    buf_clear(&w->in);
    w->fd = -1;
    w->has_call = false;
}

/* Reads what is there; true when a whole frame is. */
static bool
receive(struct worker *w)
{
    unsigned char *room = buf_reserve(&w->in, 65536);
    assert_non_null(room);
    ssize_t n = recv(w->fd, room, 65536, MSG_DONTWAIT);
    if (n > 0)
        buf_commit(&w->in, (size_t)n);
    return frame_next(&w->in, &w->frame) == ERR_NONE;
}

struct worker *
worker_take(struct harness *h, unsigned slot)
{
    struct worker *w = &h->workers[slot];

    assert_false(w->has_call);
    for (unsigned i = 0; !receive(w); i++) {
        assert_true(i < PUMPS_MAX);
        pump(h);
    }
    assert_int_equal(w->frame.type, FRAME_CALL);
    uint32_t op = frame_get_u32(&w->frame);
    assert_true(op < CT_OP_COUNT_);
    w->op = &ct_ops[op];
    call_get(&w->frame, &h->cx.arena, &w->call);
    w->op_in = arena_zalloc(&h->cx.arena, w->op->in.size);
    ct_wire_get(&w->frame, &h->cx.arena, &w->op->in, w->op_in);
    assert_int_equal(frame_read_end(&w->frame), ERR_NONE);
    frame_consume(&w->in, &w->frame);
    w->has_call = true;
    return w;
}

void
worker_has_none(struct harness *h, unsigned slot)
{
    for (unsigned i = 0; i < QUIET_PUMPS; i++) {
        pump(h);
        assert_false(receive(&h->workers[slot]));
    }
}

static void
send_frame(struct worker *w, struct buf *out)
{
    assert_int_equal(frame_send_all(w->fd, out), ERR_NONE);
    buf_clear(out);
}

void
worker_reply(struct harness *h, unsigned slot, const struct call_reply *reply, const void *out)
{
    struct worker *w = &h->workers[slot];
    struct buf bytes;

    assert_true(w->has_call);
    w->has_call = false;
    buf_init(&bytes, FRAME_MAX);
    size_t mark = frame_begin(&bytes, FRAME_REPLY, w->frame.id);
    call_reply_put(&bytes, reply);
    if (reply->status != CALL_FAULT)
        ct_wire_put(&bytes, &w->op->out, out);
    assert_int_equal(frame_end(&bytes, mark), ERR_NONE);
    send_frame(w, &bytes);
    pump(h);
}

void
worker_reply_check(struct harness *h, unsigned slot, enum LoginTwoFactorRet result)
{
    struct twoFactorCheckPushAuthStatus_out out = {.result = result};
    struct call_reply reply = {.status = CALL_DONE};
    worker_reply(h, slot, &reply, &out);
}

void
worker_reply_poll(struct harness *h, unsigned slot, struct topic topic, int64_t seconds)
{
    struct twoFactorCheckPushAuthStatus_out out = {.result = loginTwoFactorRet_Poll};
    struct call_reply reply = {.status = CALL_WAIT, .topic = topic, .wait_for = seconds * CLOCK_S};
    worker_reply(h, slot, &reply, &out);
}

void
worker_wake(struct harness *h, unsigned slot, struct topic topic)
{
    struct buf bytes;
    buf_init(&bytes, 1024);
    size_t mark = frame_begin(&bytes, FRAME_WAKE, 0);
    frame_put_bytes(&bytes, topic.bytes, sizeof topic.bytes);
    assert_int_equal(frame_end(&bytes, mark), ERR_NONE);
    send_frame(&h->workers[slot], &bytes);
    pump(h);
}

void
worker_wake_all(struct harness *h, unsigned slot)
{
    struct buf bytes;
    buf_init(&bytes, 1024);
    size_t mark = frame_begin(&bytes, FRAME_WAKE_ALL, 0);
    assert_int_equal(frame_end(&bytes, mark), ERR_NONE);
    send_frame(&h->workers[slot], &bytes);
    pump(h);
}

struct topic
topic_of(unsigned char byte)
{
    struct topic t;
    memset(t.bytes, byte, sizeof t.bytes);
    return t;
}

int
client_connect_from(struct harness *h, const char *address)
{
    struct sockaddr_in from = {.sin_family = AF_INET};
    struct sockaddr_in sa = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(h->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(inet_pton(AF_INET, address, &from.sin_addr), 1);
    assert_int_equal(bind(fd, (struct sockaddr *)&from, sizeof from), 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&sa, sizeof sa), 0);
    return fd;
}

int
client_connect(struct harness *h)
{
    return client_connect_from(h, "127.0.0.1");
}

bool
client_has_answer(int fd)
{
    char byte;
    return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 1;
}

void
client_send(int fd, const char *text)
{
    size_t n = strlen(text);
    assert_int_equal(send(fd, text, n, MSG_NOSIGNAL), n);
}

void
client_send_bytes(struct harness *h, int fd, const void *bytes, size_t n)
{
    const char *p = bytes;
    for (unsigned i = 0; n > 0; i++) {
        assert_true(i < PUMPS_MAX);
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
        assert_true(sent > 0 || errno == EAGAIN);
        if (sent > 0) {
            p += sent;
            n -= (size_t)sent;
            pump(h);
        } else {
            advance(h, TURN_BULK_PACE); /* large bodies are read at a pace */
        }
    }
}

/* How much of `s` the first answer takes; 0: not all there. */
static size_t
answer_length(struct str s, bool head_only)
{
    static const struct str length = STR("Content-Length: ");
    size_t head = str_find_str(s, STR_LIT("\r\n\r\n"));
    uint64_t body = 0;

    if (head == s.n)
        return 0;
    struct str fields = str_sub(s, 0, head + 2);
    size_t at = str_find_str(fields, length);
    if (at < fields.n && !head_only) {
        struct str value = str_sub(fields, at + length.n, fields.n);
        assert_int_equal(str_to_u64(str_cut(&value, '\r'), UINT32_MAX, &body), ERR_NONE);
    }
    return head + 4 + body <= s.n ? head + 4 + (size_t)body : 0;
}

/* Waits until the client's socket has something, or its end. */
static void
wait_readable(struct harness *h, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    for (unsigned i = 0; poll(&p, 1, i < QUIET_PUMPS ? 0 : 1) == 0; i++) {
        assert_true(i < PUMPS_MAX);
        pump(h);
    }
}

static const char *
read_answer(struct harness *h, int fd, bool head_only)
{
    enum { MOST = 1024 * 1024 };
    char *text = arena_alloc(&h->cx.arena, MOST + 1);
    size_t n = 0, whole = 0;

    while (whole == 0) {
        wait_readable(h, fd);
        ssize_t got = recv(fd, text + n, MOST - n, MSG_PEEK | MSG_DONTWAIT);
        assert_true(got > 0);
        size_t have = n + (size_t)got;
        whole = answer_length((struct str){text, have}, head_only);
        size_t take = (whole > 0 ? whole : have) - n;
        assert_int_equal(recv(fd, text + n, take, 0), take);
        n += take;
    }
    text[n] = '\0';
    return text;
}

const char *
client_read(struct harness *h, int fd)
{
    return read_answer(h, fd, false);
}

const char *
client_read_head(struct harness *h, int fd)
{
    return read_answer(h, fd, true);
}

void
client_reads_nothing(struct harness *h, int fd)
{
    char byte;
    for (unsigned i = 0; i < QUIET_PUMPS; i++) {
        pump(h);
        ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);
        assert_true(n < 0 && errno == EAGAIN);
    }
}

void
client_reads_end(struct harness *h, int fd)
{
    char byte;
    wait_readable(h, fd);
    ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT);
    assert_true(n == 0 || (n < 0 && errno == ECONNRESET));
}

const char *
check_request(struct harness *h, const char *push, const char *headers)
{
    struct arena *a = &h->cx.arena;
    struct str body = arena_printf(
        a,
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
        "<twoFactorCheckPushAuthStatus xmlns=\"" CT_NAMESPACE "\"><sLoginToken>login</sLoginToken>"
        "<sPushToken>%s</sPushToken></twoFactorCheckPushAuthStatus></soap:Body></soap:Envelope>",
        push);
    return arena_printf(a,
                        "POST " CT_PATH
                        " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n"
                        "SOAPAction: \"" CT_NAMESPACE "twoFactorCheckPushAuthStatus\"\r\n%sContent-Length: "
                        "%zu\r\n\r\n%.*s",
                        headers, body.n, STR_ARG(body))
        .p;
}

const char *
login_request(struct harness *h, const char *email)
{
    struct str body = arena_printf(
        &h->cx.arena,
        "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\"><soap:Body>"
        "<loginTechnicianFromStandalone_v7_2 xmlns=\"" CT_NAMESPACE "\"><sEmail>%s</sEmail><sPassword>b"
        "</sPassword></loginTechnicianFromStandalone_v7_2></soap:Body></soap:Envelope>",
        email);
    return text_printf(h,
                       "POST " CT_PATH " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
                       "Content-Length: %zu\r\n\r\n%.*s",
                       body.n, STR_ARG(body));
}

bool
text_starts(const char *text, const char *with)
{
    bool ok = strncmp(text, with, strlen(with)) == 0;
    if (!ok)
        print_message("does not begin with %s:\n%s\n", with, text);
    return ok;
}

bool
text_has(const char *text, const char *part)
{
    bool ok = strstr(text, part) != NULL;
    if (!ok)
        print_message("does not hold %s:\n%s\n", part, text);
    return ok;
}

const char *
text_printf(struct harness *h, const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    struct str s = arena_vprintf(&h->cx.arena, fmt, ap);
    va_end(ap);
    return s.p;
}
