/* SPDX-License-Identifier: Apache-2.0 */
/* err: the error codes, and the two events that end a process: a bug, and exhausted memory.
 *
 * A function that can fail returns enum errcode and is MUST_CHECK. The detail is set once, in the context
 * (base/cx.h), where the error is first detected, and is passed up unchanged. */
#ifndef COUNTERSIGN_BASE_ERR_H
#define COUNTERSIGN_BASE_ERR_H

#include <stddef.h>

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args), nonnull(fmt)))

/* The number of elements of an array, not of a pointer. */
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

enum errcode {
#define ERR(name, text) ERR_##name,
#include "base/err.def"
    ERR_COUNT_
};

/* The public text of a code, and its name ("STORE_FULL"). Never NULL. */
const char *err_text(enum errcode code);
const char *err_name(enum errcode code);

/* A bug: prints file, line and the condition, and aborts. On in release builds too. */
#define ASSERT(cond) ((cond) ? (void)0 : err_bug(__FILE__, __LINE__, #cond))
_Noreturn void err_bug(const char *file, int line, const char *what);

/* Memory is exhausted: prints one line and aborts. The supervisor restarts the process. */
_Noreturn void err_no_memory(void);
/* calloc, which does not fail: err_no_memory. */
void *err_zalloc(size_t n, size_t size) __attribute__((malloc, alloc_size(1, 2), returns_nonnull));

#endif
