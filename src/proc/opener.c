/* SPDX-License-Identifier: Apache-2.0 */
/* opener: see the header. */
#include "proc/opener.h"

#include "base/clock.h"
#include "db/db.h"
#include "log/log.h"

static enum errcode
open_mapped(struct opener *o, struct cx *cx, const struct config *config)
{
    enum errcode e = db_open(cx, config_store(config), DB_OPEN, config->store_busy_timeout, &o->db);
    if (e != ERR_NONE)
        return e;
    cx->db = o->db;
    e = db_map(cx, (int64_t)config->store_map);
    if (e != ERR_NONE)
        opener_close(o, cx);
    return e;
}

enum errcode
opener_first(struct opener *o, struct cx *cx, const struct config *config)
{
    o->tried = clock_mono();
    enum errcode e = open_mapped(o, cx, config);
    if (e != ERR_NONE)
        o->since = o->tried;
    return e;
}

bool
opener_try(struct opener *o, struct cx *cx, const struct config *config)
{
    cx->db = o->db;
    int64_t now = clock_mono();
    if (o->db != NULL)
        return true;
    if (o->since != 0 && now - o->tried < CLOCK_S)
        return false;
    o->tried = now;
    if (open_mapped(o, cx, config) == ERR_NONE) {
        if (o->since != 0)
            log_event(LOG_STORE_BACK, "seconds=%lld", (long long)((now - o->since) / CLOCK_S));
        o->since = 0;
        return true;
    }
    if (o->since == 0) {
        log_cx_error(cx, LOG_STORE_UNAVAILABLE);
        o->since = now;
    }
    err_forget(cx);
    return false;
}

void
opener_close(struct opener *o, struct cx *cx)
{
    cx->db = NULL;
    if (o->db != NULL)
        db_close(&o->db);
}

enum errcode
opener_confine(struct opener_reach *r, struct cx *cx, const struct config *config, struct confine *confine)
{
    enum errcode e = db_reach(cx, config_store(config), &r->db);
    for (size_t i = 0; i < r->db.n_places; i++)
        r->paths[i] = (struct confine_path){r->db.places[i].path, r->db.places[i].writable};
    confine->paths = r->paths;
    confine->n_paths = r->db.n_places;
    confine->ports = r->db.ports;
    confine->n_ports = r->db.n_ports;
    confine->connects = r->db.is_server;
    return e;
}
