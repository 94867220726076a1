/* SPDX-License-Identifier: Apache-2.0 */
/* check: the rules of a configuration that a setting's kind cannot express. Anything ambiguous or unsafe
 * is refused. */
#include "base/endpoint.h"
#include "base/inet.h"
#include "config/listener.h"
#include "config/setting.h"

static const struct str https = STR("https");
static const struct str http = STR("http");

/* The parts of an absolute URL (RFC 3986), as far as they are supported: no user, no fragment. */
struct url {
    struct str scheme;
    struct str host; /* without brackets */
    struct str path; /* with the query; empty, or starting with / */
    bool is_loopback;
};

/* host, host:port, [v6] or [v6]:port. */
static bool
read_authority(struct str s, struct url *u)
{
    bool bracket = str_starts(s, STR_LIT("["));
    size_t end = str_find(s, bracket ? ']' : ':');
    if (bracket && end == s.n)
        return false;
    u->host = bracket ? str_sub(s, 1, end - 1) : str_sub(s, 0, end);
    struct str port = str_sub(s, bracket ? end + 1 : end, SIZE_MAX);
    uint64_t n = 0;
    if (port.n > 0 &&
        (port.p[0] != ':' || str_to_u64(str_sub(port, 1, SIZE_MAX), 65535, &n) != ERR_NONE || n == 0))
        return false;
    struct inet_addr addr;
    bool numeric = inet_parse(u->host, &addr) == ERR_NONE;
    u->is_loopback = numeric ? inet_is_loopback(&addr) : str_eq_nocase(u->host, STR_LIT("localhost"));
    return bracket ? numeric && str_find(u->host, ':') < u->host.n : listener_is_host_name(u->host);
}

static bool
read_any_url(struct str s, struct url *out)
{
    size_t colon = str_find_str(s, STR_LIT("://"));
    if (colon == s.n)
        return false;
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] == 0x7f || s.p[i] == '#' || s.p[i] == '"' || s.p[i] == '<' ||
            s.p[i] == '>')
            return false;
    out->scheme = str_sub(s, 0, colon);
    struct str rest = str_sub(s, colon + 3, SIZE_MAX);
    size_t slash = str_find(rest, '/');
    out->path = str_sub(rest, slash, SIZE_MAX);
    return read_authority(str_sub(rest, 0, slash), out);
}

static bool
read_url(struct str s, struct url *out)
{
    return read_any_url(s, out) && (str_eq(out->scheme, https) || str_eq(out->scheme, http));
}

/* Missing altogether: a file that exists but cannot be read was meant to be used. */
static bool
is_missing(const struct problems *p, enum setting_id id, struct str value)
{
    return str_is_empty(value) && !p->is_unread[id];
}

static bool
is_none(const struct problems *p, enum setting_id id, const struct config_list *list)
{
    return list->n == 0 && !p->is_unread[id];
}

static bool
is_plain_refused(const struct config *c, const struct problems *p)
{
    return !c->server_allow_plain_http && !p->is_unread[SETTING_server_allow_plain_http];
}

bool
url_is_loopback(struct str url)
{
    struct url u;
    return read_any_url(url, &u) && u.is_loopback;
}

static bool
has_port(const struct listener_item *item)
{
    return item->kind == LISTENER_UNIX || item->at.port != 0;
}

/* Whether others can reach it, directly or through the proxy that a socket is for. */
static bool
check_listener(const struct config *c, struct problems *p, size_t i)
{
    unsigned line = p->set_at[SETTING_server_listen];
    struct str text = c->server_listen.items[i];
    struct listener_item item;
    if (listener_parse(text, &item) != ERR_NONE) {
        problems_add(p, line, "listen: %.*s is not ADDRESS:PORT, [ADDRESS]:PORT, NAME:PORT or unix:/PATH",
                     STR_ARG(text));
        return false;
    }
    for (size_t k = 0; k < i; k++)
        if (has_port(&item) && str_eq(text, c->server_listen.items[k]))
            problems_add(p, line, "listen: %.*s stands there twice", STR_ARG(text));
    if (listener_is_local(&item))
        return item.kind == LISTENER_UNIX;
    if (is_missing(p, SETTING_tls_certificate, c->tls_certificate) && is_plain_refused(c, p))
        problems_add(p, line,
                     "listen: %.*s is not loopback and there is no TLS, but plain HTTP is for "
                     "loopback: set certificate "
                     "and key in [tls]",
                     STR_ARG(text));
    return true;
}

static void
check_listen(const struct config *c, struct problems *p)
{
    unsigned line = p->set_at[SETTING_server_listen];
    bool is_open = false;
    if (c->server_listen.n == 0)
        problems_add(p, line, "listen names no address");
    for (size_t i = 0; i < c->server_listen.n; i++)
        is_open = check_listener(c, p, i) || is_open;
    if (is_open && is_missing(p, SETTING_server_public_url, c->server_public_url))
        problems_add(p, line, "listen goes beyond loopback: set public_url to what phones and browsers use");
}

static void
check_proxy_protocol(const struct config *c, struct problems *p)
{
    unsigned line = p->set_at[SETTING_server_proxy_protocol];
    for (size_t i = 0; i < c->server_proxy_protocol.n; i++) {
        struct str text = c->server_proxy_protocol.items[i];
        struct listener_item item;
        bool is_known = false;
        for (size_t k = 0; k < c->server_listen.n; k++)
            is_known = is_known || str_eq(text, c->server_listen.items[k]);
        if (!is_known)
            problems_add(p, line, "proxy_protocol: %.*s is not an item of listen", STR_ARG(text));
        else if (listener_parse(text, &item) == ERR_NONE && item.kind != LISTENER_UNIX &&
                 is_none(p, SETTING_server_trusted_proxies, &c->server_trusted_proxies))
            problems_add(p, line,
                         "proxy_protocol: %.*s accepts no connection, since trusted_proxies is empty",
                         STR_ARG(text));
    }
}

static void
check_socket(const struct config *c, struct problems *p)
{
    unsigned mode;
    if (!listener_read_mode(c->server_socket_mode, &mode))
        problems_add(p, p->set_at[SETTING_server_socket_mode],
                     "socket_mode must be 600 or 660, or less: a caller there can claim any address");
}

static void
check_public_url(const struct config *c, struct problems *p)
{
    unsigned line = p->set_at[SETTING_server_public_url];
    struct str s = c->server_public_url;
    struct url u;
    if (str_is_empty(s))
        return;
    if (!read_url(s, &u) || u.path.n > 0 || str_find(s, '?') < s.n) {
        problems_add(p, line,
                     "public_url must be https://HOST or https://HOST:PORT, without a path, not %.*s",
                     STR_ARG(s));
        return;
    }
    if (!str_eq(u.scheme, http))
        return;
    if (!str_is_empty(c->tls_certificate))
        problems_add(p, line, "public_url is http, but [tls] has a certificate");
    else if (!u.is_loopback && is_plain_refused(c, p))
        problems_add(p, line, "public_url must be https unless it names loopback");
}

static void
check_proxies(const struct config *c, struct problems *p)
{
    for (size_t i = 0; i < c->server_trusted_proxies.n; i++) {
        struct inet_net net;
        struct str item = c->server_trusted_proxies.items[i];
        if (inet_net_parse(item, &net) != ERR_NONE)
            problems_add(p, p->set_at[SETTING_server_trusted_proxies],
                         "trusted_proxies: %.*s is neither an address nor a network such as 10.0.0.0/8",
                         STR_ARG(item));
    }
}

static void
check_tls(const struct config *c, struct problems *p)
{
    bool has_certificate = !str_is_empty(c->tls_certificate);
    bool has_key = !str_is_empty(c->tls_key);
    if (has_certificate && is_missing(p, SETTING_tls_key, c->tls_key))
        problems_add(p, p->set_at[SETTING_tls_certificate], "certificate without a key");
    if (has_key && is_missing(p, SETTING_tls_certificate, c->tls_certificate))
        problems_add(p, p->set_at[SETTING_tls_key], "key without a certificate");
    if (!str_is_empty(c->tls_folder) && is_missing(p, SETTING_tls_certificate, c->tls_certificate))
        problems_add(p, p->set_at[SETTING_tls_folder],
                     "folder without a certificate: clients that send no name, or an unknown one, need one");
}

/* Such a worker would end at each sign-in. */
static void
check_memory(const struct config *c, struct problems *p)
{
    static const size_t others = (size_t)256 << 20; /* of a worker: caches, one request */
    size_t most = c->limits_worker_memory;
    if (most != 0 && (most < others || most - others < c->passwords_memory))
        problems_add(p, p->set_at[SETTING_limits_worker_memory],
                     "worker_memory must be 256M more than passwords.memory, or 0");
}

/* A call waits for a lock, and then runs; a caller that was given up does not learn how it ended. */
static void
check_times(const struct config *c, struct problems *p)
{
    const unsigned at = p->set_at[SETTING_store_busy_timeout];
    if (c->store_busy_timeout * 2 >= c->limits_call_time)
        problems_add(p, at != 0 ? at : p->set_at[SETTING_limits_call_time],
                     "store.busy_timeout must be less than half of limits.call_time");
}

static void
check_store(const struct config *c, struct problems *p)
{
    unsigned line = p->set_at[SETTING_store_url];
    struct str url = c->store_url;
    if (str_is_empty(url))
        return;
    if (p->set_at[SETTING_store_path] != 0)
        problems_add(p, line, "url and path both name the store: remove one of them");
    if (!str_starts(url, STR_LIT("sqlite:/")) && !str_starts(url, STR_LIT("postgresql://")) &&
        !str_starts(url, STR_LIT("postgres://")))
        problems_add(p, line, "url must be sqlite:/PATH or postgresql://ROLE@HOST/DATABASE");
}

/* An address that is posted to, and the file with the key that signs the posts. */
static void
check_hook(struct problems *p, struct str url, enum setting_id url_id, struct str file,
           enum setting_id file_id)
{
    unsigned line = p->set_at[url_id];
    struct url u;
    if (str_is_empty(url))
        return;
    if (!read_url(url, &u))
        problems_add(p, line, "url must be https://HOST/PATH, without user or fragment");
    else if (str_eq(u.scheme, http) && !u.is_loopback)
        problems_add(p, line, "url must be https unless it names loopback");
    if (is_missing(p, file_id, file))
        problems_add(p, line, "url without a secret_file: the receiver could not tell who calls");
}

static void
check_webhook(const struct config *c, struct problems *p)
{
    check_hook(p, c->webhook_url, SETTING_webhook_url, c->webhook_secret_file, SETTING_webhook_secret_file);
    check_hook(p, c->alarms_url, SETTING_alarms_url, c->alarms_secret_file, SETTING_alarms_secret_file);
}

/* LOCAL@DOMAIN, a dot-atom and a host name (RFC 5321, section 4.1.2): what needs no quoting anywhere. */
static bool
is_mail_address(struct str s)
{
    static const struct str marks = STR("!#$%&'*+-/=?^_`{|}~.");
    size_t at = str_find(s, '@');
    for (size_t i = 0; i < at; i++) {
        const char ch = s.p[i];
        bool is_alnum = (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9');
        if (!is_alnum && str_find(marks, ch) == marks.n)
            return false;
    }
    return at > 0 && at < s.n && s.p[0] != '.' && s.p[at - 1] != '.' &&
           listener_is_host_name(str_sub(s, at + 1, SIZE_MAX));
}

static void
check_relay(const struct config *c, struct problems *p)
{
    static const struct str smtp = STR("smtp"), smtps = STR("smtps");
    unsigned line = p->set_at[SETTING_alarms_smtp];
    struct url u;
    if (!read_any_url(c->alarms_smtp, &u) || u.path.n > 0 ||
        (!str_eq(u.scheme, smtp) && !str_eq(u.scheme, smtps)))
        problems_add(p, line, "smtp must be smtp://HOST[:PORT] or smtps://HOST[:PORT], without user or path");
    else if (c->alarms_smtp_plain && str_eq(u.scheme, smtp) && !u.is_loopback &&
             !str_is_empty(c->alarms_smtp_credential_file))
        problems_add(p, line, "smtp_plain with a smtp_credential_file would send the password in the clear");
}

static void
check_mail(const struct config *c, struct problems *p)
{
    unsigned line = p->set_at[SETTING_alarms_mail_to];
    for (size_t i = 0; i < c->alarms_mail_to.n; i++)
        if (!is_mail_address(c->alarms_mail_to.items[i]))
            problems_add(p, line, "mail_to: %.*s is not an address LOCAL@DOMAIN",
                         STR_ARG(c->alarms_mail_to.items[i]));
    if (!str_is_empty(c->alarms_mail_from) && !is_mail_address(c->alarms_mail_from))
        problems_add(p, p->set_at[SETTING_alarms_mail_from], "mail_from is not an address LOCAL@DOMAIN");
    if (c->alarms_mail_to.n > 16)
        problems_add(p, line, "mail_to has more than 16 addresses: use a list of your mail server");
    if (c->alarms_mail_to.n > 0 && is_missing(p, SETTING_alarms_mail_from, c->alarms_mail_from))
        problems_add(p, line, "mail_to without mail_from");
    if (c->alarms_mail_to.n > 0 && is_missing(p, SETTING_alarms_smtp, c->alarms_smtp))
        problems_add(p, line, "mail_to without smtp: there is no relay that takes the mail");
    if (!str_is_empty(c->alarms_smtp))
        check_relay(c, p);
}

/* A URI (RFC 3986, section 2; RFC 6068): mailto:<a@b> is not one. It is copied into JSON text without
 * escaping. */
static bool
is_contact(struct str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7f || str_find(STR_LIT("\"\\<>^`{|}"), s.p[i]) < 9)
            return false;
    struct str at = str_sub(s, str_find(s, '@'), SIZE_MAX);
    return str_starts(s, STR_LIT("mailto:")) ? at.n > 1 : str_starts(s, STR_LIT("https://"));
}

static void
check_push(const struct config *c, struct problems *p)
{
    if (!str_is_empty(c->push_contact) && !is_contact(c->push_contact))
        problems_add(p, p->set_at[SETTING_push_contact],
                     "contact must be mailto:ADDRESS or an https address");
    for (size_t i = 0; i < c->push_hosts.n; i++)
        if (!endpoint_item_is_valid(c->push_hosts.items[i]))
            problems_add(p, p->set_at[SETTING_push_hosts],
                         "hosts: %.*s is neither HOST nor *.DOMAIN, with or without :PORT, in lower case, "
                         "nor http://ADDRESS:PORT of loopback",
                         STR_ARG(c->push_hosts.items[i]));
    for (size_t i = 0; i < c->push_networks.n; i++) {
        struct inet_net net;
        if (inet_net_parse(c->push_networks.items[i], &net) != ERR_NONE)
            problems_add(p, p->set_at[SETTING_push_networks],
                         "networks: %.*s is neither an address nor a network such as 10.0.0.0/8",
                         STR_ARG(c->push_networks.items[i]));
    }
}

static void
check_metrics(const struct config *c, struct problems *p)
{
    unsigned line = p->set_at[SETTING_metrics_listen];
    for (size_t i = 0; i < c->metrics_listen.n; i++) {
        struct str item = c->metrics_listen.items[i];
        struct inet_endpoint e;
        if (str_eq(item, STR_LIT("unix")) || str_starts(item, STR_LIT("unix:/")))
            continue;
        if (inet_endpoint_parse(item, &e) != ERR_NONE)
            problems_add(p, line, "listen: %.*s is not unix, unix:/PATH or ADDRESS:PORT", STR_ARG(item));
        else if (!inet_is_loopback(&e.addr) && is_plain_refused(c, p))
            problems_add(p, line,
                         "listen: %.*s is not loopback, and metrics are served without TLS: only with "
                         "allow_plain_http in [server], on a network that you trust",
                         STR_ARG(item));
    }
}

void
config_check(const struct config *c, struct problems *p)
{
    if (c->server_workers == 1)
        problems_add(p, p->set_at[SETTING_server_workers],
                     "workers must be 2 at least: one of them stays free of password hashing");
    check_listen(c, p);
    check_public_url(c, p);
    check_proxies(c, p);
    check_proxy_protocol(c, p);
    check_socket(c, p);
    check_tls(c, p);
    check_redirect(c, p);
    check_memory(c, p);
    check_times(c, p);
    check_store(c, p);
    check_webhook(c, p);
    check_mail(c, p);
    check_push(c, p);
    check_metrics(c, p);
}
