/* SPDX-License-Identifier: Apache-2.0 */
/* courier_main: the process that posts notifications of new challenges and notices. They arrive from
 * worker 0 as letters (delivery/letter.h), go to the webhook and to the push services of browsers
 * (delivery/delivery.h), and the outcome of each is sent back. It has no store; of the server's keys it has
 * only the one that it signs with, which the worker passes to it. When nothing is configured, it waits to
 * be ended. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/inet.h"
#include "log/log.h"
#include "proc/channel.h"
#include "proc/child.h"
#include "proc/confine.h"
#include "proc/control.h"
#include "delivery/delivery.h"
#include "delivery/webhook.h"

enum { WAIT_MS = 1000, DESCRIPTORS = 128, AUTHORITIES_MAX = 1 << 20 };

struct courier {
    struct cx cx;
    struct config config;
    struct arena arena; /* data that lives as long as the process: the webhook's key and the parsed lists */
    struct delivery delivery;
    struct channel worker;
    int64_t said_alive, said_lost;
    bool is_joined; /* a channel existed, and its replacement is expected */
    bool ends, rehearses;
};

static enum errcode
open_webhook(struct courier *c)
{
    if (str_is_empty(c->config.webhook_url))
        return ERR_NONE;
    struct str key;
    enum errcode err = webhook_read_key(&c->cx, "webhook.secret_file", c->config.webhook_secret_file.p, &key);
    if (err != ERR_NONE)
        return err;
    c->delivery.url = arena_cstr(&c->arena, c->config.webhook_url);
    c->delivery.key = arena_str(&c->arena, key);
    return ERR_NONE;
}

/* Of scheme://HOST or scheme://HOST:PORT: this machine alone. */
static bool
is_loopback(struct str url)
{
    struct inet_addr addr;
    struct str rest = str_sub(url, str_find_str(url, STR_LIT("://")) + 3, SIZE_MAX);
    bool bracket = str_starts(rest, STR_LIT("["));
    size_t end = str_find(rest, bracket ? ']' : ':');
    struct str host = bracket ? str_sub(rest, 1, end - 1) : str_sub(rest, 0, end);
    return inet_parse(host, &addr) == ERR_NONE ? inet_is_loopback(&addr)
                                               : str_eq_nocase(host, STR_LIT("localhost"));
}

/* "USER:PASSWORD" */
static enum errcode
read_credential(struct courier *c)
{
    static const char setting[] = "alarms.smtp_credential_file";
    struct http_out_mail *mail = &c->delivery.mail;
    struct str text;
    if (str_is_empty(c->config.alarms_smtp_credential_file))
        return ERR_NONE;
    enum errcode err =
        webhook_read_secret(&c->cx, setting, c->config.alarms_smtp_credential_file.p, 1, &text);
    if (err != ERR_NONE)
        return err;
    struct str password = text, user = str_cut(&password, ':');
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] < ' ')
            return err_set(&c->cx, ERR_SYNTAX, "%s: it has more than one line", setting);
    if (str_is_empty(user) || str_is_empty(password))
        return err_set(&c->cx, ERR_SYNTAX, "%s: it is not USER:PASSWORD", setting);
    mail->user = arena_cstr(&c->arena, user);
    mail->password = arena_cstr(&c->arena, password);
    return ERR_NONE;
}

static enum errcode
open_mail(struct courier *c)
{
    const struct config *config = &c->config;
    struct http_out_mail *mail = &c->delivery.mail;
    if (config->alarms_mail_to.n == 0)
        return ERR_NONE;
    const char **to = arena_array(&c->arena, config->alarms_mail_to.n, sizeof *to);
    for (size_t i = 0; i < config->alarms_mail_to.n; i++)
        to[i] = arena_cstr(&c->arena, config->alarms_mail_to.items[i]);
    *mail = (struct http_out_mail){.from = arena_cstr(&c->arena, config->alarms_mail_from),
                                   .to = to,
                                   .n_to = config->alarms_mail_to.n,
                                   .is_plain = config->alarms_smtp_plain || is_loopback(config->alarms_smtp)};
    c->delivery.relay = arena_cstr(&c->arena, config->alarms_smtp);
    return read_credential(c);
}

static enum errcode
open_alarm_hook(struct courier *c)
{
    struct str key;
    if (str_is_empty(c->config.alarms_url))
        return ERR_NONE;
    enum errcode err = webhook_read_key(&c->cx, "alarms.secret_file", c->config.alarms_secret_file.p, &key);
    if (err != ERR_NONE)
        return err;
    c->delivery.alarm_url = arena_cstr(&c->arena, c->config.alarms_url);
    c->delivery.alarm_key = arena_str(&c->arena, key);
    return ERR_NONE;
}

static enum errcode
open_alarms(struct courier *c)
{
    c->delivery.alarm_time = c->config.alarms_time;
    enum errcode err = open_alarm_hook(c);
    return err == ERR_NONE ? open_mail(c) : err;
}

/* The configuration has already checked the list. */
static struct inet_net *
networks_of(struct courier *c)
{
    const struct config_list *list = &c->config.push_networks;
    struct inet_net *nets = arena_array(&c->arena, list->n, sizeof *nets);
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
    c->delivery.push.rules.authorities = text;
    c->delivery.push.rules.n_authorities = n;
    return ERR_NONE;
}

static enum errcode
open_web_push(struct courier *c)
{
    struct web_push *push = &c->delivery.push;
    if (str_is_empty(c->config.push_contact))
        return ERR_NONE;
    c->delivery.contact = c->config.push_contact;
    push->hosts = c->config.push_hosts.items;
    push->n_hosts = c->config.push_hosts.n;
    push->rules = (struct http_out_rules){
        .networks = networks_of(c), .n_networks = c->config.push_networks.n, .timeout = c->config.push_time};
    return read_authorities(c);
}

static enum errcode
open_delivery(struct courier *c)
{
    c->delivery.http = http_out_new(c->config.webhook_time);
    if (c->delivery.http == NULL)
        return err_set(&c->cx, ERR_SYSTEM, "libcurl cannot start");
    enum errcode err = open_webhook(c);
    if (err == ERR_NONE)
        err = open_alarms(c);
    return err == ERR_NONE ? open_web_push(c) : err;
}

static enum errcode
obey(struct courier *c, struct control *m)
{
    switch (m->type) {
    case CONTROL_WORKER:
        delivery_disown(&c->delivery);
        channel_open(&c->worker, m->fds[0]);
        c->is_joined = true;
        return ERR_NONE;
    case CONTROL_RELOAD:
        child_reload(&c->config, m->fds[0]);
        return ERR_NONE;
    case CONTROL_DRAIN:
        c->ends = true;
        return ERR_NONE;
    case CONTROL_METRICS:
        return child_take_metrics(&c->cx, m);
    case CONTROL_REHEARSE:
        c->rehearses = true;
        return ERR_NONE;
    case CONTROL_LISTENER:
    case CONTROL_TLS:
    case CONTROL_FRONT:
    case CONTROL_COURIER:
    case CONTROL_WATCH:
    case CONTROL_REDIRECT:
    case CONTROL_TICKETS:
    case CONTROL_GO:
    case CONTROL_READY:
    case CONTROL_DRAINED:
    case CONTROL_ALIVE:
    case CONTROL_FINDING:
    case CONTROL_NOTE:
    case CONTROL_LOST:
    case CONTROL_TYPE_COUNT_:
        break;
    }
    control_close_fds(m);
    return err_set(&c->cx, ERR_PROTOCOL, "the supervisor sent %s", control_name(m->type));
}

/* *m_out is the GO message, which is not acted on here. */
static enum errcode
read_control(struct courier *c, struct control *m_out)
{
    enum errcode err = control_receive(CONTROL_FD, m_out);
    if (err != ERR_NONE)
        return err_set(&c->cx, err, "the supervisor's channel");
    return m_out->type == CONTROL_GO ? ERR_NONE : obey(c, m_out);
}

/* The files that name resolution and TLS read; none may be written. */
static enum errcode
confine(struct courier *c)
{
    static const struct confine_path paths[] = {
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
                              .n_paths = ARRAY_LEN(paths),
                              .descriptors = DESCRIPTORS,
                              .memory = c->config.limits_courier_memory};
    if (!c->rehearses)
        return confine_enter(&c->cx, &confine);
    child_rehearse_confinement(&c->cx, &confine);
    return ERR_NONE;
}

static void
rehearse(struct courier *c)
{
    if (open_webhook(c) != ERR_NONE)
        child_find_error(&c->cx);
    if (open_alarms(c) != ERR_NONE)
        child_find_error(&c->cx);
    if (open_web_push(c) != ERR_NONE)
        child_find_error(&c->cx);
}

static enum errcode
set_up(struct courier *c)
{
    struct control m = {.type = CONTROL_RELOAD};
    while (m.type != CONTROL_GO) {
        enum errcode err = read_control(c, &m);
        if (err != ERR_NONE)
            return err;
    }
    if (c->rehearses) {
        rehearse(c);
        return confine(c);
    }
    enum errcode err = open_delivery(c);
    return err == ERR_NONE ? confine(c) : err;
}

/* As far as there is room: the rest is queued in the channel, and the worker is not waited for. */
static enum errcode
take_letters(struct courier *c)
{
    enum errcode err = ERR_NONE;
    while (err == ERR_NONE && delivery_has_room(&c->delivery)) {
        struct frame frame;
        err = frame_next(&c->worker.in, &frame);
        if (err == ERR_NONE)
            err = delivery_take(&c->delivery, &frame);
        if (err == ERR_NONE)
            frame_consume(&c->worker.in, &frame);
    }
    return err == ERR_MORE ? ERR_NONE : err;
}

/* Takes letters and returns outcomes; without a worker, outcomes are dropped. */
static void
converse(struct courier *c, bool is_readable)
{
    struct channel *w = &c->worker;
    delivery_collect(&c->delivery, &w->out);
    enum errcode err = w->fd >= 0 && is_readable ? channel_fill(w) : ERR_NONE;
    if (w->fd >= 0 && err == ERR_NONE)
        err = take_letters(c);
    if (err == ERR_PROTOCOL)
        log_event(LOG_WORKER_BROKE_PROTOCOL, "");
    if (err != ERR_NONE)
        channel_close(w);
    channel_flush(w);
    if (w->fd < 0) {
        delivery_disown(&c->delivery);
        buf_reset(&w->out);
    }
}

/* Repeated until there is a new channel, so a lost report does no harm. */
static void
report_lost(struct courier *c)
{
    int64_t now = clock_mono();
    if (c->worker.fd >= 0 || !c->is_joined || now - c->said_lost < CHILD_ALIVE_EVERY)
        return;
    c->said_lost = now;
    child_report(&(struct control){.type = CONTROL_LOST, .slot = 0});
}

static void
control_ready(struct courier *c)
{
    struct control m;
    cx_begin(&c->cx);
    if (read_control(c, &m) == ERR_NONE && m.type != CONTROL_GO)
        return;
    log_cx_error(&c->cx, LOG_CONTROL_FAILED);
    c->ends = true;
}

/* The channel is read only while there is room for a letter. */
static short
events_of(const struct courier *c)
{
    return (short)((delivery_has_room(&c->delivery) ? POLLIN : 0) | (c->worker.out.len > 0 ? POLLOUT : 0));
}

static void
serve(struct courier *c)
{
    enum { CONTROL, WORKER, WATCHED };
    while (!c->ends) {
        child_say_alive(&c->said_alive);
        report_lost(c);
        struct pollfd p[WATCHED] = {{.fd = CONTROL_FD, .events = POLLIN},
                                    {.fd = c->worker.fd, .events = events_of(c)}};
        bool is_watched = p[WORKER].fd >= 0 && p[WORKER].events != 0;
        if (http_out_step(c->delivery.http, p, is_watched ? WATCHED : WORKER, WAIT_MS) != ERR_NONE)
            child_pause("curl_multi_poll");
        /* First, since the channel may be replaced here, and p[WORKER] then describes the old one. */
        if (p[CONTROL].revents != 0)
            control_ready(c);
        else
            converse(c, (p[WORKER].revents & POLLIN) != 0);
    }
}

int
main(void)
{
    struct courier c = {.ends = false};
    arena_init(&c.arena);
    channel_init(&c.worker);
    delivery_init(&c.delivery);
    int status = CHILD_FAILED;
    if (child_begin(&c.cx, "courier", &c.config) == ERR_NONE) {
        if (set_up(&c) == ERR_NONE && child_ready(&c.cx) == ERR_NONE) {
            status = 0;
            if (!c.rehearses) {
                serve(&c);
                child_drained();
            }
        } else {
            log_cx_error(&c.cx, LOG_START_FAILED);
        }
    }
    channel_close(&c.worker);
    http_out_free(&c.delivery.http);
    delivery_clear(&c.delivery);
    arena_clear(&c.arena);
    config_clear(&c.config);
    cx_clear(&c.cx);
    return status;
}
