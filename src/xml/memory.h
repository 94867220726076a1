/* SPDX-License-Identifier: Apache-2.0 */
/* memory: the parser's heap, counted and limited. Its allocator takes no context argument, so the counters
 * are per process: a process parses one document at a time. Private to the reader; xml_memory is in xml.h. */
#ifndef COUNTERSIGN_XML_MEMORY_H
#define COUNTERSIGN_XML_MEMORY_H

#include <stddef.h>

/* From now on allows at most n bytes more than are allocated now; beyond that, and only then, allocation
 * returns NULL. Resets the high-water mark. */
void xml_memory_set_limit(size_t n);
/* As malloc, realloc and free; freed memory is wiped, since a parser may hold parts of a password. */
void *xml_memory_take(size_t n);
void *xml_memory_again(void *p, size_t n);
void xml_memory_give_back(void *p);

#endif
