/* SPDX-License-Identifier: Apache-2.0 */
/* alarms: see the header. One function for each cause, in the order of `looks`, at the end. */
#include "proc/alarms.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include "accounts/alarm.h"
#include "base/clock.h"
#include "log/log.h"
#include "metrics/metrics.h"
#include "store/store_lockout.h"

enum { LOCKOUTS_WITHIN_MIN = 10, FEWEST_FAILURES = 3, MIB = 1024 * 1024, SWEEP_ROWS = 64 };

void
alarms_open(struct alarms *a, const struct config *config, const struct metrics_view *metrics)
{
    struct utsname machine;
    *a = (struct alarms){.config = config, .metrics = *metrics};
    if (uname(&machine) != 0)
        machine.nodename[0] = '\0';
    (void)snprintf(a->host, sizeof a->host, "%.*s", ALARMS_HOST,
                   machine.nodename[0] == '\0' ? "-" : machine.nodename);
    for (char *p = a->host; *p != '\0'; p++)
        if (*p <= ' ' || *p > '~')
            *p = '-';
}

enum errcode
alarms_sealed(struct alarms *a, enum errcode err)
{
    if (err == ERR_NONE && a->log == ALARMS_LOG_UNKNOWN)
        a->log = ALARMS_LOG_GOOD;
    if (err == ERR_CRYPTO)
        a->log = ALARMS_LOG_CHANGED;
    return err;
}

static enum errcode
note(struct cx *cx, const struct alarm *alarm, bool is_there)
{
    bool changed = false;
    enum errcode err = alarm_note(cx, alarm, is_there, &changed);
    if (changed)
        log_event(is_there ? LOG_ALARM_RAISED : LOG_ALARM_CLEARED, "class=%s subject=\"%.*s\"",
                  alarm_class_name(alarm->class), STR_ARG(alarm->subject));
    return err;
}

/* A class that was switched off clears what stands. After a start the fronts may not have said yet when their
 * certificates expire: then nothing is known. */
static enum errcode
look_at_certificate(struct cx *cx, struct alarms *a)
{
    const uint64_t value = metrics_value_of(&a->metrics, METRIC_CERTIFICATE_END, 0, 0); /* a front's word */
    const int64_t end = value <= INT64_MAX ? (int64_t)value : 0, days = a->config->alarms_certificate_days;
    if (end == 0 && !str_is_empty(a->config->tls_certificate))
        return ERR_NONE;
    const struct alarm alarm = {
        .class = ALARM_CERTIFICATE,
        .subject = str_from_cstr(a->host),
        .detail =
            arena_printf(&cx->arena, "The first TLS certificate in use at %s to expire does so at %.*s.",
                         a->host, STR_ARG(clock_text(&cx->arena, end)))};
    return note(cx, &alarm, end != 0 && days != 0 && end - clock_wall() < days * CLOCK_DAY);
}

/* Between the limit and a tenth above it nothing changes. */
static enum errcode
look_at_disk(struct cx *cx, struct alarms *a)
{
    struct statvfs fs;
    struct str file = config_store_file(a->config), folder = str_folder(file);
    const uint64_t limit = a->config->alarms_disk;
    if (str_is_null(file) || statvfs(folder.n == 0 ? "." : arena_cstr(&cx->arena, folder), &fs) != 0)
        return ERR_NONE;
    const uint64_t room = (uint64_t)fs.f_bavail * fs.f_frsize;
    const struct alarm alarm = {.class = ALARM_DISK,
                                .subject = str_from_cstr(a->host),
                                .detail = arena_printf(&cx->arena,
                                                       "The disk of the database at %s has %" PRIu64
                                                       " MiB left. Without room no sign-in succeeds.",
                                                       a->host, room / MIB)};
    if (room >= limit && room < limit + limit / 10)
        return ERR_NONE;
    return note(cx, &alarm, room < limit);
}

static enum errcode
look_at_service(struct cx *cx, struct alarms *a, int service, const char *name)
{
    const uint64_t sent = metrics_own(METRIC_DELIVERIES, service, METRICS_FATE_SENT),
                   failed = metrics_own(METRIC_DELIVERIES, service, METRICS_FATE_AGAIN) +
                            metrics_own(METRIC_DELIVERIES, service, METRICS_FATE_FAILED);
    const uint64_t good = sent - a->sent[service], bad = failed - a->failed[service];
    const struct alarm alarm = {
        .class = ALARM_PUSH,
        .subject = arena_printf(&cx->arena, "%s@%s", name, a->host),
        .detail = arena_printf(&cx->arena,
                               "No notification by %s from %s was delivered within a minute, and %" PRIu64
                               " attempts failed. Phones are not notified; an open app asks by itself.",
                               name, a->host, bad)};
    a->sent[service] = sent;
    a->failed[service] = failed;
    if (!a->config->alarms_push)
        return note(cx, &alarm, false);
    return good > 0 || bad >= FEWEST_FAILURES ? note(cx, &alarm, good == 0) : ERR_NONE;
}

static enum errcode
look_at_push(struct cx *cx, struct alarms *a)
{
    static const struct {
        int service;
        const char *name;
    } services[] = {
        {METRICS_SERVICE_WEBHOOK, "webhook"},     {METRICS_SERVICE_GOOGLE, "google"},
        {METRICS_SERVICE_MOZILLA, "mozilla"},     {METRICS_SERVICE_APPLE, "apple"},
        {METRICS_SERVICE_MICROSOFT, "microsoft"}, {METRICS_SERVICE_OTHER, "other"},
    };
    enum errcode err = ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(services) && err == ERR_NONE; i++)
        err = look_at_service(cx, a, services[i].service, services[i].name);
    return err;
}

/* Over when fewer than half as many are left: an attack that pauses is one alarm. */
static enum errcode
look_at_lockouts(struct cx *cx, struct alarms *a)
{
    const int64_t most = a->config->alarms_lockouts;
    const struct store_lockout_recent recent = {.since = cx->now - LOCKOUTS_WITHIN_MIN * CLOCK_MINUTE,
                                                .most = most};
    const struct alarm alarm = {.class = ALARM_LOCKOUTS,
                                .subject = STR_LIT(""),
                                .detail = arena_printf(&cx->arena,
                                                       "%" PRId64
                                                       " accounts or more were locked by failures within %d "
                                                       "minutes: passwords are being guessed.",
                                                       most, LOCKOUTS_WITHIN_MIN)};
    int64_t n = 0;
    enum errcode err = most == 0 ? ERR_NONE : store_lockout_count_recent(cx, &recent, &n);
    if (err != ERR_NONE || (most != 0 && n < most && n > most / 2))
        return err;
    return note(cx, &alarm, most != 0 && n >= most);
}

static enum errcode
look_at_log(struct cx *cx, struct alarms *a)
{
    const struct alarm alarm = {
        .class = ALARM_AUDIT,
        .subject = STR_LIT(""),
        .detail = STR_LIT(
            "The end of the audit log is not what was signed: events were changed or removed. Nothing "
            "is sealed until the cause was found: countersign audit verify.")};
    const enum alarms_log found = a->log;
    a->log = ALARMS_LOG_UNKNOWN;
    if (!a->config->alarms_audit)
        return note(cx, &alarm, false);
    return found == ALARMS_LOG_UNKNOWN ? ERR_NONE : note(cx, &alarm, found == ALARMS_LOG_CHANGED);
}

enum errcode
alarms_look(struct cx *cx, struct alarms *a)
{
    static enum errcode (*const looks[])(struct cx * cx, struct alarms * a) = {
        look_at_certificate, look_at_disk, look_at_push, look_at_lockouts, look_at_log};
    enum errcode err = ERR_NONE;
    const int64_t began = clock_mono();
    if (a->looked_at != 0 && began - a->looked_at < ALARMS_EVERY)
        return ERR_NONE;
    for (size_t i = 0; i < ARRAY_LEN(looks) && err == ERR_NONE; i++)
        err = looks[i](cx, a);
    bool more = false;
    if (err == ERR_NONE)
        err = alarm_sweep(cx, SWEEP_ROWS, &more);
    if (err == ERR_NONE && !more)
        a->looked_at = began;
    return err;
}
