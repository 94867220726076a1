/* SPDX-License-Identifier: Apache-2.0 */
/* pg_url: see pg_url.h. libpq splits the address; this file decides what it may contain. */
#include "db/postgres/pg_url.h"

#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/inet.h"

enum { PATIENCE_MOST = 60 /* seconds for a connection to one host */ };

#define SYSTEM_AUTHORITIES "/etc/ssl/certs/ca-certificates.crt"

/* What an address may set. Among what it may not: options, service, and anything that could name another
 * program or weaken the rules below. */
static const char *const allowed[] = {
    "user",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "passfile",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "sslcrl",
    "target_session_attrs",
    "connect_timeout",
    "channel_binding",
    "ssl_min_protocol_version",
};

/* The parameters of every connection unless the address sets them. */
static const struct {
    const char *key, *value;
} defaults[] = {
    {"target_session_attrs", "read-write"},
    {"connect_timeout", "2"}, /* seconds for each host */
    {"keepalives_idle", "15"},
    {"keepalives_interval", "5"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "20000"}, /* milliseconds that sent data may stay unacknowledged */
    {"client_encoding", "UTF8"},
    {"gssencmode", "disable"}, /* neither its libraries nor its files are for a confined process */
    {"application_name", "countersign"},
};

static enum errcode
refuse(struct cx *cx, const char *what)
{
    return err_set(cx, ERR_CONFIG, "store.url: %s", what);
}

static char *
copy(const char *text)
{
    char *own = strdup(text);
    if (own == NULL)
        err_no_memory();
    return own;
}

static size_t
find(const struct pg_url *url, const char *key)
{
    size_t i = 0;
    while (url->keys[i] != NULL && strcmp(url->keys[i], key) != 0)
        i++;
    return i;
}

const char *
pg_url_value(const struct pg_url *url, const char *key)
{
    size_t i = find(url, key);
    return url->keys[i] == NULL ? "" : url->values[i];
}

static void
set(struct pg_url *url, const char *key, const char *value)
{
    size_t i = find(url, key);
    ASSERT(url->keys[i] == NULL && i + 1 < PG_PARAMETERS);
    url->keys[i] = copy(key);
    url->values[i] = copy(value);
}

void
pg_url_clear(struct pg_url *url)
{
    for (size_t i = 0; url->keys[i] != NULL; i++) {
        free(url->keys[i]);
        free(url->values[i]);
    }
    *url = (struct pg_url){.is_local = false};
}

static bool
is_allowed(const char *key)
{
    for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
        if (strcmp(key, allowed[i]) == 0)
            return true;
    return false;
}

static enum errcode
take(struct cx *cx, const PQconninfoOption *given, struct pg_url *url)
{
    for (const PQconninfoOption *o = given; o->keyword != NULL; o++) {
        if (o->val == NULL)
            continue;
        if (strcmp(o->keyword, "password") == 0) /* house: the name of a parameter */
            return refuse(cx, "it must not hold a password: name a file for it with ?passfile=/PATH");
        if (!is_allowed(o->keyword))
            return err_set(cx, ERR_CONFIG, "store.url: %s cannot be set", o->keyword);
        set(url, o->keyword, o->val);
    }
    return ERR_NONE;
}

/* A socket's folder, or a loopback address; no host at all is the socket's usual folder. */
static bool
is_local_host(struct str host)
{
    struct inet_addr addr;
    if (str_is_empty(host) || host.p[0] == '/' || host.p[0] == '@')
        return true;
    if (inet_parse(host, &addr) == ERR_NONE)
        return inet_is_loopback(&addr);
    return str_eq_nocase(host, STR_LIT("localhost"));
}

/* Where a host has an address, that is what is connected to. */
static bool
is_local(const struct pg_url *url)
{
    struct str hosts = str_from_cstr(pg_url_value(url, "host")),
               addresses = str_from_cstr(pg_url_value(url, "hostaddr"));
    bool all = true;
    while (!str_is_null(hosts) || !str_is_null(addresses)) {
        const struct str host = str_cut(&hosts, ','), address = str_cut(&addresses, ',');
        all = all && is_local_host(str_is_empty(address) ? host : address);
    }
    return all;
}

bool
pg_url_is_sockets(const struct pg_url *url)
{
    struct str rest = str_from_cstr(pg_url_value(url, "host"));
    bool all = pg_url_value(url, "hostaddr")[0] == '\0';
    while (!str_is_null(rest)) {
        struct str host = str_cut(&rest, ',');
        all = all && (str_is_empty(host) || host.p[0] == '/' || host.p[0] == '@');
    }
    return all;
}

static size_t
count(const char *list)
{
    size_t n = 1;
    for (; *list != '\0'; list++)
        n += *list == ',' ? 1 : 0;
    return n;
}

size_t
pg_url_hosts(const struct pg_url *url)
{
    const char *address = pg_url_value(url, "hostaddr");
    return count(address[0] != '\0' ? address : pg_url_value(url, "host"));
}

/* The i-th of a list; a list of one is the same for all. */
static const char *
pick(struct cx *cx, const char *list, size_t i)
{
    struct str rest = str_from_cstr(list), one = str_cut(&rest, ',');
    for (; i > 0 && !str_is_null(rest); i--)
        one = str_cut(&rest, ',');
    return arena_cstr(&cx->arena, one);
}

void
pg_url_host(struct cx *cx, const struct pg_url *url, size_t i, const char *values_out[PG_PARAMETERS])
{
    size_t k = 0;
    for (; url->keys[k] != NULL; k++) {
        const char *key = url->keys[k];
        const bool is_list =
            strcmp(key, "host") == 0 || strcmp(key, "hostaddr") == 0 || strcmp(key, "port") == 0;
        values_out[k] = is_list ? pick(cx, url->values[k], i) : url->values[k];
    }
    values_out[k] = NULL;
}

/* As libpq demands it ("Specifying Multiple Hosts"). */
static enum errcode
check_hosts(struct cx *cx, const struct pg_url *url)
{
    const char *host = pg_url_value(url, "host"), *address = pg_url_value(url, "hostaddr");
    const size_t n = pg_url_hosts(url), ports = count(pg_url_value(url, "port"));
    if ((host[0] != '\0' && address[0] != '\0' && count(host) != n) || (ports != 1 && ports != n))
        return refuse(cx, "it must name as many of host, hostaddr and port");
    return ERR_NONE;
}

static enum errcode
check_tls(struct cx *cx, struct pg_url *url)
{
    const char *mode = pg_url_value(url, "sslmode");
    url->is_local = is_local(url);
    if (mode[0] == '\0') {
        mode = url->is_local ? "disable" : "verify-full";
        set(url, "sslmode", mode);
    }
    bool is_verified = strcmp(mode, "verify-full") == 0 || strcmp(mode, "verify-ca") == 0;
    if (!url->is_local && !is_verified)
        return refuse(cx, "beyond this machine, sslmode must be verify-full or verify-ca");
    if (is_verified && pg_url_value(url, "sslrootcert")[0] == '\0')
        set(url, "sslrootcert", SYSTEM_AUTHORITIES);
    return ERR_NONE;
}

/* libpq only warns about such a file, and then goes on without it. */
static enum errcode
check_passfile(struct cx *cx, const struct pg_url *url)
{
    const char *path = pg_url_value(url, "passfile");
    struct stat st;
    if (path[0] == '\0')
        return ERR_NONE;
    if (path[0] != '/' || stat(path, &st) != 0 || !S_ISREG(st.st_mode))
        return err_set(cx, ERR_CONFIG, "store.url: the passfile %s is not there", path);
    if ((st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return err_set(cx, ERR_CONFIG, "store.url: the passfile %s must be readable by its owner alone",
                       path);
    return ERR_NONE;
}

/* libpq waits without end where it is 0 or less. */
static enum errcode
check_patience(struct cx *cx, const struct pg_url *url)
{
    const char *given = pg_url_value(url, "connect_timeout");
    int64_t seconds = 0;
    if (given[0] == '\0' || str_to_i64(str_from_cstr(given), 1, PATIENCE_MOST, &seconds) == ERR_NONE)
        return ERR_NONE;
    return err_set(cx, ERR_CONFIG, "store.url: connect_timeout must be from 1 to %d seconds", PATIENCE_MOST);
}

static enum errcode
complete(struct cx *cx, struct pg_url *url)
{
    const char *attrs = pg_url_value(url, "target_session_attrs");
    if (pg_url_value(url, "user")[0] == '\0' || pg_url_value(url, "dbname")[0] == '\0')
        return refuse(cx, "it must name role and database: postgresql://ROLE@HOST/DATABASE");
    if (attrs[0] != '\0' && strcmp(attrs, "read-write") != 0 && strcmp(attrs, "primary") != 0)
        return refuse(cx, "target_session_attrs must be read-write or primary");
    enum errcode err = check_hosts(cx, url);
    if (err == ERR_NONE)
        err = check_tls(cx, url);
    if (err == ERR_NONE)
        err = check_passfile(cx, url);
    if (err == ERR_NONE)
        err = check_patience(cx, url);
    for (size_t i = 0; i < ARRAY_LEN(defaults) && err == ERR_NONE; i++)
        if (url->keys[find(url, defaults[i].key)] == NULL)
            set(url, defaults[i].key, defaults[i].value);
    return err;
}

enum errcode
pg_url_read(struct cx *cx, struct str text, struct pg_url *url_out)
{
    char *problem = NULL;
    *url_out = (struct pg_url){.is_local = false};
    PQconninfoOption *given = PQconninfoParse(arena_cstr(&cx->arena, text), &problem);
    if (given == NULL) { /* the words may repeat the address, and so a password */
        PQfreemem(problem);
        return refuse(cx, "it is not postgresql://ROLE@HOST[:PORT][,HOST...]/DATABASE[?PARAMETER=VALUE&...]");
    }
    enum errcode err = take(cx, given, url_out);
    if (err == ERR_NONE)
        err = complete(cx, url_out);
    PQconninfoFree(given);
    if (err != ERR_NONE)
        pg_url_clear(url_out);
    return err;
}

void
pg_url_forget_environment(void)
{
    static const char *const others[] = {"PGTZ", "PGDATESTYLE", "PGGEQO", "PGSERVICEFILE", "PGSYSCONFDIR"};
    PQconninfoOption *all = PQconndefaults();
    for (const PQconninfoOption *o = all; o != NULL && o->keyword != NULL; o++)
        if (o->envvar != NULL)
            (void)unsetenv(o->envvar);
    PQconninfoFree(all);
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        (void)unsetenv(others[i]);
    /* Otherwise libpq asks for the account's folder, where it looks for passwords and certificates: within
     * the confinement that would load code. */
    (void)setenv("HOME", "/nonexistent", 1);
}
