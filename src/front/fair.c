/* SPDX-License-Identifier: Apache-2.0 */
/* fair: a tree of networks, indexed by a hash table of digests. Each node has its children (at the last
 * level, a source's items) in a ring, the next one to serve first. */
#include "front/fair.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/rand.h"

struct fair_node {
    struct list node; /* in its parent's ring */
    struct list ring;
    struct fair_node *parent;
    struct fair_node *next; /* in its bucket */
    struct inet_net net;
    size_t n; /* items below it, at every level */
};

static const unsigned bits[2][FAIR_LEVELS] = {{16, 24, 32}, {32, 48, 64}};

static struct inet_net
net_of(const struct inet_addr *a, unsigned level)
{
    struct inet_net net = {.addr = {.v6 = a->v6}, .bits = bits[a->v6][level]};
    memcpy(net.addr.b, a->b, net.bits / 8);
    return net;
}

static bool
is_net(const struct fair_node *n, const struct inet_net *net)
{
    return n->net.bits == net->bits && n->net.addr.v6 == net->addr.v6 &&
           memcmp(n->net.addr.b, net->addr.b, sizeof net->addr.b) == 0;
}

static struct fair_node **
find(const struct fair *f, const struct inet_net *net)
{
    unsigned char bytes[sizeof net->addr.b + 2];
    memcpy(bytes, net->addr.b, sizeof net->addr.b);
    bytes[sizeof bytes - 2] = net->addr.v6;
    bytes[sizeof bytes - 1] = (unsigned char)net->bits;
    struct fair_node **at = &f->buckets[siphash(f->key, bytes, sizeof bytes).a & (f->n_buckets - 1)];
    while (*at != NULL && !is_net(*at, net))
        at = &(*at)->next;
    return at;
}

static struct fair_node *
node_new(struct fair_node *parent)
{
    struct fair_node *n = calloc(1, sizeof *n);
    if (n == NULL)
        err_no_memory();
    list_init(&n->node);
    list_init(&n->ring);
    n->parent = parent;
    return n;
}

void
fair_init(struct fair *f, size_t most)
{
    *f = (struct fair){.root = node_new(NULL)};
    rand_bytes(f->key, sizeof f->key);
    for (f->n_buckets = 16; f->n_buckets < most;)
        f->n_buckets *= 2;
    f->buckets = calloc(f->n_buckets, sizeof(struct fair_node *));
    if (f->buckets == NULL)
        err_no_memory();
}

void
fair_clear(struct fair *f)
{
    ASSERT(f->root->n == 0);
    free(f->root);
    free(f->buckets);
    *f = (struct fair){.root = NULL};
}

void
fair_item_init(struct fair_item *i)
{
    *i = (struct fair_item){.source = NULL};
    list_init(&i->node);
}

void
fair_put(struct fair *f, struct fair_item *i, const struct inet_addr *from)
{
    struct fair_node *parent = f->root;

    parent->n++;
    for (unsigned level = 0; level < FAIR_LEVELS; level++) {
        struct inet_net net = net_of(from, level);
        struct fair_node **at = find(f, &net);
        if (*at == NULL) {
            *at = node_new(parent);
            (*at)->net = net;
            list_add_last(&parent->ring, &(*at)->node);
        }
        parent = *at;
        parent->n++;
    }
    list_add_last(&parent->ring, &i->node);
    i->source = parent;
}

static void
node_free(struct fair *f, struct fair_node *n)
{
    struct fair_node **at = find(f, &n->net);
    ASSERT(*at == n);
    *at = n->next;
    list_remove(&n->node);
    free(n);
}

void
fair_remove(struct fair *f, struct fair_item *i)
{
    struct fair_node *n = i->source, *parent;

    if (n == NULL)
        return;
    list_remove(&i->node);
    i->source = NULL;
    for (; n != f->root; n = parent) {
        parent = n->parent;
        if (--n->n == 0)
            node_free(f, n);
    }
    f->root->n--;
}

struct fair_item *
fair_take(struct fair *f)
{
    struct fair_node *n = f->root;

    if (n->n == 0)
        return NULL;
    for (unsigned level = 0; level < FAIR_LEVELS; level++) {
        struct fair_node *child = LIST_ITEM(n->ring.next, struct fair_node, node);
        list_remove(&child->node);
        list_add_last(&n->ring, &child->node);
        n = child;
    }
    struct fair_item *i = LIST_ITEM(n->ring.next, struct fair_item, node);
    fair_remove(f, i);
    return i;
}

size_t
fair_count(const struct fair *f)
{
    return f->root->n;
}

static size_t
count_at(const struct fair *f, const struct inet_addr *from, unsigned level)
{
    struct inet_net net = net_of(from, level);
    const struct fair_node *n = *find(f, &net);
    return n != NULL ? n->n : 0;
}

size_t
fair_count_of(const struct fair *f, const struct inet_addr *from)
{
    return count_at(f, from, FAIR_LEVELS - 1);
}

static struct fair_node *
largest(const struct fair_node *of)
{
    struct fair_node *found = NULL;
    LIST_EACH (it, next, &of->ring) {
        struct fair_node *n = LIST_ITEM(it, struct fair_node, node);
        if (found == NULL || n->n > found->n)
            found = n;
    }
    return found;
}

struct fair_item *
fair_excess(const struct fair *f, const struct inet_addr *from)
{
    struct fair_node *n = f->root;
    bool is_apart = false;

    if (n->n == 0)
        return NULL;
    for (unsigned level = 0; level < FAIR_LEVELS; level++) {
        struct inet_net net = net_of(from, level);
        n = largest(n);
        if (is_apart || is_net(n, &net))
            continue;
        if (count_at(f, from, level) + 1 >= n->n)
            return NULL;
        is_apart = true;
    }
    return is_apart ? LIST_ITEM(n->ring.prev, struct fair_item, node) : NULL;
}
