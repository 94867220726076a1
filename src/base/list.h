/* SPDX-License-Identifier: Apache-2.0 */
/* list: a doubly linked ring whose links are embedded in its members. A list head is a node without a
 * member. */
#ifndef COUNTERSIGN_BASE_LIST_H
#define COUNTERSIGN_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct list {
    struct list *prev, *next;
};

static inline void
list_init(struct list *l)
{
    l->prev = l->next = l;
}

static inline bool
list_is_empty(const struct list *l)
{
    return l->next == l;
}

static inline void
list_add_last(struct list *head, struct list *node)
{
    node->prev = head->prev;
    node->next = head;
    head->prev->next = node;
    head->prev = node;
}

/* May be called twice: the node becomes a ring of its own. */
static inline void
list_remove(struct list *node)
{
    node->prev->next = node->next;
    node->next->prev = node->prev;
    list_init(node);
}

/* The `type` whose member `member` is `node`. */
#define LIST_ITEM(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))
/* Walks the nodes; `next` (a struct list *) allows the body to remove `it`. */
#define LIST_EACH(it, next, head) \
    for (struct list *it = (head)->next, *next = it->next; it != (head); it = next, next = it->next)

#endif
