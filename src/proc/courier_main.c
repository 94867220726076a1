/* courier_main: the process that tells others about new challenges: it looks into the outbox twice a second
 * (a look costs one read of an index; to be woken by a worker would need a channel of their own) and posts
 * what is due, to the webhook and to the push services of browsers. Without either it waits to be ended. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "auth/push_key.h"
#include "base/inet.h"
#include "log/log.h"
#include "proc/child.h"
#include "proc/control.h"
#include "proc/opener.h"
#include "proc/confine.h"
#include "push/outbox.h"
#include "push/web_push.h"
#include "push/webhook.h"

enum { LOOK_MS = 500, IDLE_MS = 1000, DESCRIPTORS = 128, AUTHORITIES_MAX = 1 << 20 };

struct courier {
    struct cx cx;
    struct config config;
    struct arena arena; /* what lives as long as the process: the webhook's key, and what the lists name */
    struct web_push push;
    struct opener opener;
    struct outbox outbox;
    int64_t said_alive;
    bool ends, rehearses;
};

static bool
has_webhook(const struct courier *c)
{
    return !str_is_empty(c->config.webhook_url);
}

static bool
has_push(const struct courier *c)
{
    return !str_is_empty(c->config.push_contact);
}

static enum errcode
open_webhook(struct courier *c)
{
    if (!has_webhook(c))
        return ERR_NONE;
    struct str key;
    enum errcode e = webhook_read_key(&c->cx, c->config.webhook_secret_file.p, &key);
    if (e != ERR_NONE)
        return e;
    c->outbox.url = arena_cstr(&c->arena, c->config.webhook_url);
    c->outbox.key = arena_str(&c->arena, key);
    return ERR_NONE;
}

/* The configuration has checked the list. */
static struct inet_net *
networks_of(struct courier *c)
{
    const struct config_list *list = &c->config.push_networks;
    struct inet_net *nets = arena_array(&c->arena, list->n, sizeof(*nets));
    for (size_t i = 0; i < list->n; i++)
        ASSERT(inet_net_parse(list->items[i], &nets[i]) == ERR_NONE);
    return nets;
}

static enum errcode
read_authorities(struct courier *c)
{
    struct str path = c->config.push_ca_file;
    if (str_is_empty(path))
        return ERR_NONE;
    FILE *file = fopen(path.p, "re");
    if (file == NULL)
        return err_set(&c->cx, ERR_IO, "push.ca_file: %s: %s", path.p, strerror(errno));
    char *text = arena_alloc(&c->arena, AUTHORITIES_MAX);
    size_t n = fread(text, 1, AUTHORITIES_MAX, file);
    bool is_whole = feof(file) != 0;
    (void)fclose(file);
    if (n == 0 || !is_whole)
        return err_set(&c->cx, ERR_LIMIT, "push.ca_file: %s is empty, or larger than %d bytes", path.p,
                       AUTHORITIES_MAX);
    c->push.rules.authorities = text;
    c->push.rules.n_authorities = n;
    return ERR_NONE;
}

/* Of the server key, this process has what it signs with and nothing else. */
static enum errcode
open_push(struct courier *c)
{
    struct push_key key = {.scalar = {.n = 0}};
    if (!has_push(c))
        return ERR_NONE;
    enum errcode e = push_key_read(&c->cx, c->config.store_key_file.p, &key);
    if (e != ERR_NONE)
        return e;
    vapid_init(&c->push.vapid, &c->arena, &key.scalar, key.point, c->config.push_contact);
    secret_clear(&key.scalar);
    c->push.hosts = c->config.push_hosts.items;
    c->push.n_hosts = c->config.push_hosts.n;
    c->push.rules = (struct http_out_rules){
        .networks = networks_of(c), .n_networks = c->config.push_networks.n, .timeout = c->config.push_time};
    c->outbox.push = &c->push;
    return read_authorities(c);
}

static enum errcode
open_outbox(struct courier *c)
{
    if (!has_webhook(c) && !has_push(c))
        return ERR_NONE;
    c->outbox.interrupt = CONTROL_FD;
    c->outbox.http = http_out_new(c->config.webhook_time);
    if (c->outbox.http == NULL)
        return err_set(&c->cx, ERR_SYSTEM, "libcurl cannot start");
    enum errcode e = open_webhook(c);
    return e == ERR_NONE ? open_push(c) : e;
}

static enum errcode
obey(struct courier *c, struct control *m)
{
    if (m->type == CONTROL_RELOAD) {
        child_reload(&c->config, m->fds[0]);
        return ERR_NONE;
    }
    if (m->type == CONTROL_DRAIN) {
        c->ends = true;
        return ERR_NONE;
    }
    if (m->type == CONTROL_REHEARSE) {
        c->rehearses = true;
        return ERR_NONE;
    }
    control_close_fds(m);
    return err_set(&c->cx, ERR_PROTOCOL, "the supervisor sent %s", control_name(m->type));
}

/* *m_out tells GO, which is not obeyed here. */
static enum errcode
read_control(struct courier *c, struct control *m_out)
{
    enum errcode e = control_receive(CONTROL_FD, m_out);
    if (e != ERR_NONE)
        return err_set(&c->cx, e, "the supervisor's channel");
    return m_out->type == CONTROL_GO ? ERR_NONE : obey(c, m_out);
}

/* The store's folder, and what name resolution and TLS read. */
static enum errcode
confine(struct courier *c)
{
    const struct confine_path paths[] = {
        {opener_folder(&c->arena, &c->config), true},
        {"/etc/ssl", false},
        {"/usr/lib/ssl", false},
        {"/usr/share/ca-certificates", false},
        {"/usr/local/share/ca-certificates", false},
        {"/etc/resolv.conf", false},
        {"/run/systemd/resolve", false},
        {"/run/resolvconf", false},
        {"/run/NetworkManager", false},
        {"/etc/hosts", false},
        {"/etc/host.conf", false},
        {"/etc/nsswitch.conf", false},
        {"/etc/gai.conf", false},
        {"/etc/services", false},
        {"/etc/ld.so.cache", false},
        {"/etc/localtime", false},
        {"/usr/lib", false},
        {"/lib", false},
    };
    struct confine confine = {.kind = CONFINE_COURIER,
                              .paths = paths,
                              .n_paths = sizeof(paths) / sizeof(paths[0]),
                              .descriptors = DESCRIPTORS};
    return confine_enter(&c->cx, &confine);
}

static void
rehearse(struct courier *c)
{
    if (open_webhook(c) != ERR_NONE)
        child_find_error(&c->cx);
    if (open_push(c) != ERR_NONE)
        child_find_error(&c->cx);
}

static enum errcode
set_up(struct courier *c)
{
    struct control m = {.type = CONTROL_RELOAD};
    while (m.type != CONTROL_GO) {
        enum errcode e = read_control(c, &m);
        if (e != ERR_NONE)
            return e;
    }
    if (c->rehearses) {
        rehearse(c);
        return ERR_NONE;
    }
    enum errcode e = open_outbox(c);
    return e == ERR_NONE ? confine(c) : e;
}

/* Posts whatever is due. */
static void
deliver(struct courier *c)
{
    struct cx *cx = &c->cx;
    size_t n = HTTP_OUT_AT_ONCE;
    while (n == HTTP_OUT_AT_ONCE) {
        child_say_alive(&c->said_alive);
        cx_begin(cx);
        cx->actor = STR_LIT("system");
        n = 0;
        if (!opener_try(&c->opener, cx, &c->config))
            return;
        if (outbox_round(&c->outbox, cx, &n) != ERR_NONE) {
            log_cx_error(cx, LOG_OUTBOX_FAILED);
            return;
        }
        struct pollfd p = {.fd = CONTROL_FD, .events = POLLIN};
        if (poll(&p, 1, 0) != 0)
            return;
    }
}

static void
serve(struct courier *c)
{
    while (!c->ends) {
        child_say_alive(&c->said_alive);
        struct pollfd p = {.fd = CONTROL_FD, .events = POLLIN};
        int n = poll(&p, 1, c->outbox.http != NULL ? LOOK_MS : IDLE_MS);
        ASSERT(n >= 0 || errno == EINTR);
        struct control m;
        cx_begin(&c->cx);
        if (n > 0 && (read_control(c, &m) != ERR_NONE || m.type == CONTROL_GO)) {
            log_cx_error(&c->cx, LOG_CONTROL_FAILED);
            c->ends = true;
        }
        if (n == 0 && c->outbox.http != NULL)
            deliver(c);
    }
}

int
main(void)
{
    struct courier c = {.ends = false};
    arena_init(&c.arena);
    int status = CHILD_FAILED;
    if (child_begin(&c.cx, "courier", &c.config) == ERR_NONE) {
        if (set_up(&c) == ERR_NONE) {
            status = 0;
            child_say(CONTROL_READY);
            if (!c.rehearses) {
                serve(&c);
                child_say(CONTROL_DRAINED);
            }
        } else {
            log_cx_error(&c.cx, LOG_START_FAILED);
        }
    }
    opener_close(&c.opener, &c.cx);
    http_out_free(&c.outbox.http);
    vapid_clear(&c.push.vapid);
    arena_clear(&c.arena);
    config_clear(&c.config);
    cx_clear(&c.cx);
    return status;
}
