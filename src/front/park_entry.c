/* SPDX-License-Identifier: Apache-2.0 */
/* park_entry: see park_entry.h. */
#include "front/park_entry.h"

#include <stdlib.h>
#include <string.h>

#include "base/secret.h"

struct park_entry **
park_key_bucket(struct park *p, const struct siphash *key)
{
    return &p->by_key[key->a & (p->buckets - 1)];
}

struct park_entry **
park_topic_bucket(struct park *p, const struct topic *topic)
{
    return &p->by_topic[siphash(p->key, topic->bytes, sizeof topic->bytes).a & (p->buckets - 1)];
}

bool
park_topic_equal(const struct topic *a, const struct topic *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void
park_entry_unlink(struct park_entry *e)
{
    if (e->topic_link == NULL)
        return;
    *e->topic_link = e->next_topic;
    if (e->next_topic != NULL)
        e->next_topic->topic_link = e->topic_link;
    e->topic_link = NULL;
}

void
park_entry_link(struct park *p, struct park_entry *e, const struct topic *topic)
{
    struct park_entry **at = park_topic_bucket(p, topic);
    e->topic = *topic;
    e->next_topic = *at;
    if (*at != NULL)
        (*at)->topic_link = &e->next_topic;
    e->topic_link = at;
    *at = e;
}

void
park_entry_drop_body(struct park_entry *e)
{
    if (e->body == NULL)
        return;
    secret_wipe(e->body, e->body_n);
    free(e->body);
    e->body = NULL;
}

void
park_entry_free(struct park_entry *e)
{
    park_entry_unlink(e);
    list_remove(&e->node);
    free(e);
}

struct park_entry *
park_entry_find(struct park *p, const struct siphash *key)
{
    struct park_entry *e = *park_key_bucket(p, key);
    while (e != NULL && (e->key.a != key->a || e->key.b != key->b))
        e = e->next_key;
    return e;
}

struct park_entry *
park_entry_new(struct park *p, const struct siphash *key, const struct topic *topic,
               void (*stale)(struct loop_timer *))
{
    struct park_entry *e = calloc(1, sizeof *e);
    if (e == NULL)
        err_no_memory();
    e->park = p;
    e->key = *key;
    e->next_key = *park_key_bucket(p, key);
    *park_key_bucket(p, key) = e;
    park_entry_link(p, e, topic);
    list_init(&e->held);
    list_add_last(&p->unheld, &e->node);
    loop_timer_init(&e->timer, stale);
    p->n++;
    return e;
}

struct str
park_body(const struct park_entry *e, unsigned *form_out)
{
    *form_out = e->form;
    return e->body == NULL ? STR_NULL : (struct str){e->body, e->body_n};
}

void
park_keep(struct park_entry *e, unsigned form, struct str body)
{
    park_entry_drop_body(e);
    if (body.n == 0 || body.n > UINT32_MAX)
        return;
    e->body = malloc(body.n);
    if (e->body == NULL)
        err_no_memory();
    memcpy(e->body, body.p, body.n);
    e->body_n = (uint32_t)body.n;
    e->form = (uint8_t)form;
}
