/* SPDX-License-Identifier: Apache-2.0 */
/* opener: see the header. */
#include "proc/opener.h"

#include "base/clock.h"
#include "db/db.h"
#include "log/log.h"
#include "metrics/metrics.h"

/* A difference between the clocks that is logged. */
#define CLOCK_TOLD (2 * CLOCK_S)

static enum errcode
open_mapped(struct cx *cx, struct opener *o, const struct config *config)
{
    enum errcode err = db_open(cx, config_store(config), DB_OPEN, config->store_busy_timeout, &o->db);
    if (err != ERR_NONE)
        return err;
    db_guard(o->db);
    cx->db = o->db;
    err = db_map(cx, (int64_t)config->store_map);
    if (err != ERR_NONE)
        opener_close(cx, o);
    return err;
}

enum errcode
opener_first(struct cx *cx, struct opener *o, const struct config *config)
{
    o->tried = clock_mono();
    enum errcode err = open_mapped(cx, o, config);
    if (err != ERR_NONE)
        o->since = o->tried;
    return err;
}

bool
opener_try(struct cx *cx, struct opener *o, const struct config *config)
{
    cx->db = o->db;
    int64_t now = clock_mono();
    if (o->db != NULL)
        return true;
    if (o->since != 0 && now - o->tried < CLOCK_S)
        return false;
    o->tried = now;
    if (open_mapped(cx, o, config) == ERR_NONE) {
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
opener_close(struct cx *cx, struct opener *o)
{
    cx->db = NULL;
    if (o->db != NULL)
        db_close(&o->db);
}

enum errcode
opener_confine(struct cx *cx, struct opener_reach *r, const struct config *config, struct confine *confine)
{
    enum errcode err = db_reach(cx, config_store(config), &r->db);
    for (size_t i = 0; i < r->db.n_places; i++)
        r->paths[i] = (struct confine_path){r->db.places[i].path, r->db.places[i].writable};
    confine->paths = r->paths;
    confine->n_paths = r->db.n_places;
    confine->ports = r->db.ports;
    confine->n_ports = r->db.n_ports;
    confine->connects = r->db.is_server;
    return err;
}

void
opener_note_use(void)
{
    metrics_set(METRIC_STORE_ANSWERED, 0, clock_wall());
    metrics_set(METRIC_STORE_ANSWERED_MONO, 0, clock_mono());
}

void
opener_compare_clocks(int64_t *warned_at)
{
    int64_t ahead = clock_now() - clock_wall(), mono = clock_mono();
    if (ahead < CLOCK_TOLD || (*warned_at != 0 && mono - *warned_at < CLOCK_HOUR))
        return;
    log_event(LOG_CLOCK_BEHIND, "seconds=%lld", (long long)(ahead / CLOCK_S));
    *warned_at = mono;
}
