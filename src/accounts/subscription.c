/* SPDX-License-Identifier: Apache-2.0 */
/* subscription: see subscription.h. */
#include "accounts/subscription.h"

#include "accounts/audit.h"
#include "accounts/device.h"
#include "accounts/technician.h"
#include "base/endpoint.h"
#include "keys/env.h"

static enum errcode
check(struct cx *cx, const struct subscription *wanted, struct endpoint *endpoint_out)
{
    if (!endpoint_read(wanted->endpoint, endpoint_out) || wanted->auth.n != SUBSCRIPTION_AUTH_BYTES)
        return err_set(cx, ERR_SYNTAX, "malformed subscription");
    if (!cx->env->has_web_push ||
        !endpoint_is_listed(endpoint_out, cx->env->push_hosts, cx->env->n_push_hosts))
        return err_set(cx, ERR_POLICY, "%.*s is not an allowed push service", STR_ARG(endpoint_out->host));
    return es256_check_key(cx, wanted->p256dh);
}

static enum errcode
audit(struct cx *cx, const struct device *device, enum audit_event event, struct str service)
{
    struct technician t;
    enum errcode err = technician_get(cx, device->technician_id, &t);
    if (err != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){t.company_id, t.id}, event, "device",
                        arena_printf(&cx->arena, "%lld", (long long)device->id), "service", service, NULL);
}

static bool
is_same(const struct subscription *a, const struct subscription *b)
{
    return str_eq(a->endpoint, b->endpoint) && str_eq(a->p256dh, b->p256dh) &&
           secret_equal_str(a->auth, b->auth);
}

enum errcode
subscription_set_within(struct cx *cx, const struct device *device, const struct subscription *wanted,
                        bool is_again)
{
    struct endpoint endpoint;
    struct subscription now, next = *wanted;
    next.device_id = device->id;
    enum errcode err = check(cx, wanted, &endpoint);
    if (err != ERR_NONE)
        return err;
    err = store_subscription_get(cx, device->id, &now);
    if (err == ERR_NONE && is_same(&now, &next))
        return ERR_NONE;
    if (err == ERR_NOT_FOUND) {
        err_forget(cx);
        err = is_again ? err_set(cx, ERR_CLOSED, "the push service ended the subscription") : ERR_NONE;
    }
    if (err == ERR_NONE)
        err = store_subscription_put(cx, &next);
    return err == ERR_NONE ? audit(cx, device, AUDIT_DEVICE_SUBSCRIBED, endpoint.host) : err;
}

enum errcode
subscription_end_within(struct cx *cx, const struct device *device)
{
    bool changed = false;
    enum errcode err = store_subscription_remove(cx, device->id, STR_NULL, &changed);
    return err == ERR_NONE && changed ? audit(cx, device, AUDIT_DEVICE_UNSUBSCRIBED, STR_NULL) : err;
}

enum errcode
subscription_gone_within(struct cx *cx, int64_t device_id, struct str endpoint)
{
    struct endpoint at = {.port = 0};
    struct device device;
    bool changed = false;
    enum errcode err = store_subscription_remove(cx, device_id, endpoint, &changed);
    if (err != ERR_NONE || !changed)
        return err;
    err = store_device_get(cx, device_id, &device);
    /* Its host, the only part that is recorded. */
    struct str service = endpoint_read(endpoint, &at) ? at.host : STR_LIT("");
    return err == ERR_NONE ? audit(cx, &device, AUDIT_DEVICE_SUBSCRIPTION_ENDED, service) : err;
}
