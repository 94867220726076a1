/* SPDX-License-Identifier: Apache-2.0 */
/* pg_reach: see pg_reach.h. */
#include "db/postgres/pg_reach.h"

#include "db/postgres/pg_url.h"

/* Names are resolved, and certificates and passwords read, at each connection. */
static void
add_files(struct cx *cx, const struct pg_url *url, struct db_reach *reach)
{
    static const char *const parameters[] = {"passfile", "sslrootcert", "sslcert", "sslkey", "sslcrl"};
    static const char *const fixed[] = {
        "/etc/ssl",       "/usr/lib/ssl",       "/etc/resolv.conf", "/run/systemd/resolve",
        "/etc/hosts",     "/etc/nsswitch.conf", "/etc/host.conf",   "/etc/gai.conf",
        "/etc/localtime", "/run/resolvconf",    "/etc/services",    "/run/NetworkManager"};
    for (size_t i = 0; i < ARRAY_LEN(parameters); i++) {
        struct str path = str_from_cstr(pg_url_value(url, parameters[i]));
        if (!str_is_empty(path))
            reach->places[reach->n_places++].path = arena_cstr(&cx->arena, path);
    }
    for (size_t i = 0; reach->n_ports > 0 && i < ARRAY_LEN(fixed); i++)
        reach->places[reach->n_places++].path = fixed[i];
}

/* A port for each host, or one for all of them (libpq, "Specifying Multiple Hosts"). */
static enum errcode
add_ports(struct cx *cx, const struct pg_url *url, struct db_reach *reach)
{
    const char *given = pg_url_value(url, "port");
    struct str rest = str_from_cstr(given[0] != '\0' ? given : "5432");
    while (!str_is_null(rest)) {
        struct str one = str_cut(&rest, ',');
        uint64_t port = 5432;
        if (!str_is_empty(one) && (str_to_u64(one, UINT16_MAX, &port) != ERR_NONE || port == 0))
            return err_set(cx, ERR_CONFIG, "store.url: %.*s is not a port", STR_ARG(one));
        if (reach->n_ports == DB_PORTS)
            return err_set(cx, ERR_CONFIG, "store.url: more than %d hosts", DB_PORTS);
        reach->ports[reach->n_ports++] = (uint16_t)port;
    }
    return ERR_NONE;
}

enum errcode
pg_reach(struct cx *cx, struct str place, struct db_reach *reach_out)
{
    struct pg_url url;
    enum errcode err = pg_url_read(cx, place, &url);
    if (err != ERR_NONE)
        return err;
    reach_out->is_server = true;
    if (!pg_url_is_sockets(&url))
        err = add_ports(cx, &url, reach_out);
    if (err == ERR_NONE)
        add_files(cx, &url, reach_out);
    pg_url_clear(&url);
    return err;
}
