/* memory: the heap of the parser, counted and bounded. Its allocator takes no argument, so that the counters
 * are of the process: a process parses one document at a time. For the reader alone; xml_memory is in xml.h.
 */
#ifndef COUNTERSIGN_XML_MEMORY_H
#define COUNTERSIGN_XML_MEMORY_H

#include <stddef.h>

/* From now on at most n bytes more than are held now; NULL is returned past that. Counts the most anew. */
void xml_memory_set_limit(size_t n);
/* As malloc, realloc and free; freed memory is wiped, for a parser may hold a part of a password. */
void *xml_memory_take(size_t n);
void *xml_memory_again(void *p, size_t n);
void xml_memory_give_back(void *p);

#endif
